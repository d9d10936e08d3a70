//! The service of `templates/service` by hand, as one would write it without chassis: what its builds
//! are compared with by `cargo xtask bench`.
//!
//! The same routes, rules, store, errors, task and tests in the same three crates; logs by tracing, a
//! client by reqwest. It has no metrics, no traces that leave it, no OpenAPI, no configuration but two
//! variables, and no stop but Ctrl-C: what chassis brings beside isn't written again here.
//!
//! # Calling another service
//!
//! ```no_run,standalone_crate
//! # struct Catalogue { http: reqwest::Client, prices: String }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let prices = std::env::var("PRICES_URL")?;
//! let http = reqwest::Client::new();
//! let catalogue = Catalogue { http, prices };
//! let url = format!("{}/v1/prices/kettle", catalogue.prices);
//! let cents: u64 = catalogue.http.get(url).send().await?.json().await?;
//! # let _ = cents;
//! # Ok(())
//! # }
//! ```

mod client;
mod problem;
mod sqlite;
#[cfg(test)]
mod tests;

pub use client::Client;
pub use sqlite::SqliteItems;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use garde::Validate;
use twin_contract::{Item, ItemId, NewItem};
use twin_domain::{ItemStore, Items};

use problem::Problem;

/// How often the items are counted.
const COUNT_EVERY: Duration = Duration::from_secs(1);

type Shared<S> = State<Arc<Items<S>>>;

/// The routes.
pub fn router<S: ItemStore>(store: Arc<S>) -> Router {
    Router::new()
        .route("/v1/items/{id}", get(item::<S>).put(keep::<S>))
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(async || "ok"))
        .with_state(Arc::new(Items::new(store)))
}

async fn item<S: ItemStore>(
    State(items): Shared<S>,
    Path(id): Path<ItemId>,
) -> Result<Json<Item>, Problem> {
    Ok(Json(items.item(id).await?))
}

async fn keep<S: ItemStore>(
    State(items): Shared<S>,
    Path(id): Path<ItemId>,
    Json(item): Json<NewItem>,
) -> Result<Json<Item>, Problem> {
    item.validate()?;
    Ok(Json(items.keep(id, item).await?))
}

/// Says every ten seconds how many items there are.
pub async fn count<S: ItemStore>(store: Arc<S>) {
    let mut ticks = tokio::time::interval(COUNT_EVERY);
    loop {
        ticks.tick().await;
        match store.count().await {
            Ok(kept) => tracing::info!(kept, "items"),
            Err(error) => tracing::warn!(%error, "items can't be counted"),
        }
    }
}
