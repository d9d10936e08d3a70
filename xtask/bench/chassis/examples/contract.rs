//! `GET /v1/orders/{id}` by a contract: what a user gets, with every pillar on.

use std::future::pending;
use std::process::ExitCode;

use bench_chassis::{Order, Orders};
use chassis::{App, CallError, Chassis};

struct Placed;

impl Orders for Placed {
    async fn order(&self, id: u64) -> Result<Order, CallError> {
        Ok(Order::placed(id))
    }

    async fn slow(&self) -> Result<Order, CallError> {
        pending().await
    }

    async fn panic(&self) -> Result<Order, CallError> {
        panic!("as asked")
    }
}

async fn service(app: App) -> chassis::Result {
    app.serve::<dyn Orders>(Placed);
    Ok(())
}

fn main() -> ExitCode {
    Chassis::new("orders").run(service)
}
