//! {{trait_name}} as a service: adapters and composition root.

{% if store -%}
mod sqlite;
{%- else -%}
mod memory;
{%- endif %}
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use chassis::{App, Place};
use contract::{{trait_name}};
use domain::{ItemStore, Items};

{% if store -%}
use sqlite::SqliteItems;
{%- else -%}
use memory::MemoryItems;
{%- endif %}

/// How often the items are counted.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// Composes the service.
///
/// # Errors
///
{%- if store %}
/// The store cannot be opened or migrated.
{%- else %}
/// A metric's name is taken.
{%- endif %}
///
/// # Calling another service
///
/// Add its contract to the dependencies and ask for a client: a value of the same trait, wherever
/// the service runs. Hand it to the domain as it is handed its store.
///
/// ```no_run,standalone_crate
/// # use std::sync::Arc;
/// # use chassis::{App, CallError, service};
/// # #[service(version = "1")]
/// # trait Prices {
/// #     #[get("/prices/{item}")]
/// #     async fn price(&self, item: String) -> Result<u64, CallError>;
/// # }
/// # struct Catalogue { prices: Arc<dyn Prices> }
/// async fn service(app: App) -> chassis::Result {
///     // The service `prices` of the registry, unless `client.prices.url` says otherwise.
///     let prices: Arc<dyn Prices> = app.client::<dyn Prices>()?;
///     let catalogue = Catalogue { prices };
///     // Later, in the domain: the caller's deadline and trace go along.
///     let cents = catalogue.prices.price("kettle".to_owned()).await?;
/// #   let _ = cents;
///     Ok(())
/// }
/// ```
pub async fn service(app: App) -> chassis::Result {
{%- if store %}
    let pool = app.sql().await?;
    app.migrate(&chassis::migrations!()).await?;
    let store = app.adapt_at::<dyn ItemStore>(Place::store(), SqliteItems::new(pool));
{%- else %}
    let store = app.adapt_at::<dyn ItemStore>(Place::here(), MemoryItems::default());
{%- endif %}
    app.serve::<dyn {{trait_name}}>(Items::new(Arc::clone(&store)));

    let metrics = app.metrics();
    let kept = metrics.gauge("items.kept", "Items that are kept.", &[])?;
    app.every("count items", COUNT_EVERY, move || {
        let (store, kept) = (Arc::clone(&store), kept.clone());
        async move {
            kept.set(store.count().await?.into());
            Ok(())
        }
    });
    Ok(())
}
