//! Calls `Orders` by its name, as often as `calls.count` says, from a service with every pillar on.

use std::process::ExitCode;
use std::sync::Arc;

use bench_chassis::Orders;
use chassis::{App, CallError, Chassis};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Calls {
    /// How many orders are asked for.
    count: u32,
    /// Whether, after that, a call is made that nobody answers.
    slow: bool,
}

async fn service(app: App) -> chassis::Result {
    let calls: Calls = app.config("calls")?;
    let orders = app.client::<dyn Orders>()?;
    app.spawn("calls", |_stop| async move {
        if let Err(error) = call(orders, calls).await {
            tracing::error!(%error, "a call failed");
        }
    });
    Ok(())
}

async fn call(orders: Arc<dyn Orders>, calls: Calls) -> Result<(), CallError> {
    for _ in 0..calls.count {
        let order = orders.order(42).await?;
        assert_eq!(order.id, 42);
    }
    if calls.slow {
        orders.slow().await?;
    }
    Ok(())
}

fn main() -> ExitCode {
    Chassis::new("caller").run(service)
}
