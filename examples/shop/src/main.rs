//! The shop: `cargo run -p shop` runs all of it in one process, `-- split` in three, `-- orders`
//! one part alone.

use std::process::ExitCode;

use chassis::{Chassis, Listeners};

fn main() -> ExitCode {
    Chassis::compose("shop")
        .default_profile("dev")
        .version(env!("CARGO_PKG_VERSION"))
        .with("orders", orders_service::service)
        .with("inventory", inventory_service::service)
        .with("payments", payments_service::service)
        .announce(place_an_order)
        .run()
}

/// The line to try it with.
fn place_an_order(listeners: &Listeners) -> Option<String> {
    let orders = listeners.service("orders")?;
    let order = r#"{"customer":"ada","sku":"kettle","quantity":1}"#;
    Some(format!(
        "curl -i {orders}/v1/orders -H 'content-type: application/json' -d '{order}'"
    ))
}
