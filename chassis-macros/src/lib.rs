//! The procedural macros of `chassis`; use them through that crate.
//!
//! Each macro goes three steps, one file each: `parse` (tokens to model, with every mistake found),
//! `model` (what the macro knows, as plain data) and `expand` (model to tokens). A mistake never
//! swallows the user's item: it comes out again, without the macro's attributes.

mod errors;
mod service;
mod shape;
mod words;

use proc_macro::TokenStream;

/// Makes a service contract of a trait: routes, server side, client and OpenAPI description.
///
/// ```ignore
/// #[service(version = "1")]
/// pub trait Inventory {
///     /// Stock of one item.
///     #[get("/items/{sku}")]
///     async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError>;
/// }
/// ```
///
/// `version` puts the routes under `/v1`. Each method has one of `#[get]`, `#[post]`, `#[put]`,
/// `#[patch]`, `#[delete]` with its path and options: `timeout = "2s"`, `max_body = "64KiB"`,
/// `deprecated`, `since = "1.2"`, `cancel = "always"`.
///
/// A parameter named in the path comes from the path. With GET and DELETE the others come from the
/// query; with POST, PUT and PATCH the one other is the JSON body. `#[query]`,
/// `#[header("If-Match")]` and `#[body]` say otherwise. An `Option` may be missing.
///
/// `Result<T, E>` answers 200 with JSON, `()` 204, `Created<T>` 201 with `Location`, `Bytes` as they
/// are. `E` implements `Problem` and `From<CallError>`.
#[proc_macro_attribute]
pub fn service(arguments: TokenStream, item: TokenStream) -> TokenStream {
    service::service(arguments.into(), &item.into()).into()
}
