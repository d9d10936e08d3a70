//! The cashier as a service: adapters and composition root.

mod sandbox;
mod sql;

use chassis::{App, Place};
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
    // ANCHOR: place
    let cards = app.adapt_at::<dyn CardNetwork>(
        Place::here().configured_by("sandbox"),
        Sandbox::new(app.config("sandbox")?),
    );
    // ANCHOR_END: place
    let pool = app.sql().await?;
    app.migrate(&chassis::migrations!()).await?;
    let ledger = app.adapt_at::<dyn Ledger>(Place::store(), SqlLedger::new(pool));
    app.serve::<dyn Payments>(Cashier::new(cards, ledger));
    Ok(())
}
