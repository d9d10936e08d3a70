//! The counter as a service: adapters and composition root.

mod sql;

use chassis::{App, Place};
use inventory_contract::Inventory;
use orders_contract::Orders;
use orders_domain::{Counter, OrderStore};
use payments_contract::Payments;

use sql::SqlOrders;

/// Composes the service.
///
/// # Errors
///
/// The store cannot be opened or migrated.
pub async fn service(app: App) -> chassis::Result {
    let pool = app.sql().await?;
    app.migrate(&chassis::migrations!()).await?;
    let store = app.adapt_at::<dyn OrderStore>(Place::store(), SqlOrders::new(pool));
    let inventory = app.client::<dyn Inventory>()?;
    let payments = app.client::<dyn Payments>()?;
    app.serve::<dyn Orders>(Counter::new(store, inventory, payments));
    Ok(())
}
