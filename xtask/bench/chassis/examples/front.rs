//! A service in front of others: each of its calls is one of `Slots`.
//!
//! What the dead endpoint of the bench is behind of.

use std::process::ExitCode;
use std::sync::Arc;

use bench_chassis::{Slots, Tier, TierError};
use chassis::{App, Chassis};

struct Front(Arc<dyn Slots>);

impl Tier for Front {
    async fn pass(&self) -> Result<String, TierError> {
        Ok(self.0.work().await?)
    }
}

async fn service(app: App) -> chassis::Result {
    let slots = app.client::<dyn Slots>()?;
    app.serve::<dyn Tier>(Front(slots));
    Ok(())
}

fn main() -> ExitCode {
    Chassis::new("front").run(service)
}
