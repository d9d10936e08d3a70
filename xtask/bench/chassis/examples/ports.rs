//! A hundred outbound ports, each called once a second: what an open admin page looks at.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use chassis::{App, CallError, Chassis, port};

/// What lies on a shelf.
#[port]
pub trait Shelf {
    /// How many pieces there are.
    async fn count(&self, sku: &str) -> Result<u64, CallError>;

    /// Puts one more there.
    async fn put(&self, sku: &str) -> Result<(), CallError>;
}

struct Wood;

impl Shelf for Wood {
    async fn count(&self, sku: &str) -> Result<u64, CallError> {
        Ok(sku.len() as u64)
    }

    async fn put(&self, _: &str) -> Result<(), CallError> {
        Ok(())
    }
}

/// How many ports there are.
const PORTS: usize = 100;

async fn service(app: App) -> chassis::Result {
    let shelves: Vec<Arc<dyn Shelf>> = (0..PORTS).map(|_| app.adapt(Wood)).collect();
    let shelves = Arc::new(shelves);
    app.every("look", Duration::from_secs(1), move || {
        let shelves = Arc::clone(&shelves);
        async move {
            for shelf in shelves.iter() {
                let counted = shelf.count("A-10").await;
                let put = shelf.put("A-10").await;
                if counted.is_err() || put.is_err() {
                    tracing::warn!("a shelf is broken");
                }
            }
        }
    });
    Ok(())
}

fn main() -> ExitCode {
    Chassis::new("shelves").run(service)
}
