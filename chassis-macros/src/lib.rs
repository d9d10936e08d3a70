//! The procedural macros of `chassis`; use them through that crate.
//!
//! Each macro goes three steps, one file each: `parse` (tokens to model, with every mistake found),
//! `model` (what the macro knows, as plain data) and `expand` (model to tokens). A mistake never
//! swallows the user's item: it comes out again, without the macro's attributes.

mod errors;
#[cfg(test)]
mod golden;
mod migrations;
mod port;
mod problem;
mod service;
mod shape;
mod words;

use proc_macro::TokenStream;

/// Makes a service contract of a trait: routes, server side, client and OpenAPI description.
///
/// ```
/// use chassis::{CallError, service};
///
/// /// What the warehouse offers.
/// #[service(version = "1")]
/// pub trait Inventory {
///     /// How many of an item are there.
///     #[get("/items/{sku}/count")]
///     async fn count(&self, sku: String) -> Result<u32, CallError>;
/// }
///
/// struct Warehouse;
///
/// impl Inventory for Warehouse {
///     async fn count(&self, sku: String) -> Result<u32, CallError> {
///         Ok(if sku == "bolt" { 7 } else { 0 })
///     }
/// }
/// ```
///
/// The implementation, the client and `Arc<dyn Inventory>` all implement the trait. Take
/// `&impl Inventory` or `&Arc<dyn Inventory>`: a `&dyn Inventory` cannot call its methods.
///
/// `version` puts the routes under `/v1`. Each method has one of `#[get]`, `#[post]`, `#[put]`,
/// `#[patch]`, `#[delete]` with its path and options: `timeout = "2s"`, `max_body = "64KiB"`,
/// `deprecated`, `since = "1.2"`, `cancel = "always"`.
///
/// A parameter named in the path comes from the path. With GET and DELETE the others come from the
/// query; with POST, PUT and PATCH the one other is the JSON body. `#[query]`,
/// `#[query("page-token")]`, `#[header("If-Match")]` and `#[body]` say otherwise. An `Option` may
/// be missing. All parameters are read by their types' own serde. A body whose type implements
/// `garde::Validate` is validated.
///
/// `Result<T, E>` answers 200 with JSON, `()` 204, `Created<T>` 201 with `Location`, `Bytes` as
/// they are. `E` implements `Problem` and `From<CallError>`, or is `CallError`.
///
/// With feature `testing` there is a fake: `InventoryFake::new().on_count(|sku| …)`.
#[proc_macro_attribute]
pub fn service(arguments: TokenStream, item: TokenStream) -> TokenStream {
    service::service(arguments.into(), &item.into()).into()
}

/// Makes an error cross the wire as problem details (RFC 9457) and arrive as the same value.
///
/// ```
/// use chassis::{CallError, Problem};
///
/// #[derive(Debug, thiserror::Error, Problem)]
/// pub enum InventoryError {
///     #[error("item {sku} is unknown")]
///     #[problem(status = 404)]
///     UnknownItem { sku: String },
///     #[error(transparent)]
///     #[problem(call)]
///     Call(#[from] CallError),
/// }
///
/// let error = InventoryError::UnknownItem { sku: "bolt".to_owned() };
/// let problem = error.to_problem("inventory");
/// assert_eq!(problem.type_uri, "urn:problem:inventory:unknown-item");
/// assert_eq!(problem.extensions["sku"], "bolt");
/// ```
///
/// Each variant says its `status`, and may say its `type` (else `urn:problem:{contract}:{variant}`)
/// and `title`. Its fields cross as members of the problem. Callers see the message of 4xx variants
/// without a source, and of those marked `public`.
///
/// A source stays where it arose: a variant that has one reaches the caller as
/// `CallError::Problem`, with its type, status and other fields.
#[proc_macro_derive(Problem, attributes(problem))]
pub fn problem(item: TokenStream) -> TokenStream {
    problem::problem(item.into()).into()
}

/// Makes an outbound port of a trait: what a domain needs of the world.
///
/// ```
/// use chassis::{CallError, port};
///
/// #[port]
/// pub trait StockStore {
///     #[idempotent]
///     async fn load(&self, sku: &str) -> Result<Option<u32>, CallError>;
///     async fn save(&self, sku: &str, count: u32) -> Result<(), CallError>;
/// }
/// ```
///
/// An adapter implements the trait as it stands, and `app.adapt::<dyn StockStore>(adapter)` makes
/// each call a crossing: span, metrics, deadline, policies. `#[idempotent]` marks what may be
/// called again without harm. The errors implement `From<CallError>`.
///
/// Take `&impl StockStore` or `&Arc<dyn StockStore>`: a `&dyn StockStore` cannot call its methods.
///
/// With feature `testing` there is a fake: `StockStoreFake::new().on_load(|sku| …)`.
#[proc_macro_attribute]
pub fn port(arguments: TokenStream, item: TokenStream) -> TokenStream {
    port::port(&arguments.into(), &item.into()).into()
}

/// The SQL files of a folder, for `app.migrate`.
///
/// `app.migrate(&chassis::migrations!()).await?` takes those of `migrations` beside Cargo.toml,
/// `chassis::migrations!("sql/orders")` those of another folder there.
///
/// A file is called by its number and what it does, `0001_items.sql`; reversible ones end with `.up.sql`
/// and `.down.sql`. It is what `sqlx::migrate!` does, without sqlx's macros, which compile much of sqlx a
/// second time; a store may change from one to the other. A new file is seen when its crate is compiled
/// again.
#[proc_macro]
pub fn migrations(input: TokenStream) -> TokenStream {
    let root = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    migrations::migrations(input.into(), root.as_ref()).into()
}
