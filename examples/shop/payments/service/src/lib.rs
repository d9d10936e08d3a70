//! The cashier as a service: adapters and composition root.

mod sandbox;
mod sql;

use chassis::App;
use payments_contract::Payments;
use payments_domain::{CardNetwork, Cashier, Ledger};

use sandbox::Sandbox;
use sql::SqlLedger;

/// Composes the service.
///
/// # Errors
///
/// The store cannot be opened or migrated, or section `[sandbox]` is wrong.
pub async fn service(app: App) -> chassis::Result {
    let cards = app.adapt::<dyn CardNetwork>(Sandbox::new(app.config("sandbox")?));
    let pool = app.sql().await?;
    app.migrate(&sqlx::migrate!()).await?;
    let ledger = app.adapt::<dyn Ledger>(SqlLedger::new(pool));
    app.serve::<dyn Payments>(Cashier::new(cards, ledger));
    Ok(())
}
