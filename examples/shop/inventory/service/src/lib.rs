//! The warehouse as a service: adapters and composition root.

mod sql;

use std::sync::Arc;
use std::time::Duration;

use chassis::{App, Place};
use inventory_contract::Inventory;
use inventory_domain::{StockStore, Warehouse};

use sql::SqlStock;

/// How often the warehouse looks whether an item runs low.
const RESTOCK_EVERY: Duration = Duration::from_secs(1);
/// Fewer free pieces than this are low.
const LOW: u32 = 500;
/// How many pieces a restocked item has.
const FULL: u32 = 1_000_000;

/// Composes the service.
///
/// # Errors
///
/// The store cannot be opened or migrated.
pub async fn service(app: App) -> chassis::Result {
    let pool = app.sql().await?;
    app.migrate(&chassis::migrations!()).await?;
    let store = app.adapt_at::<dyn StockStore>(Place::store(), SqlStock::new(pool));
    app.serve::<dyn Inventory>(Warehouse::new(Arc::clone(&store)));
    app.every("restock", RESTOCK_EVERY, move || {
        let store = Arc::clone(&store);
        async move {
            store.restock(LOW, FULL).await?;
            Ok(())
        }
    });
    Ok(())
}
