//! One tier of several: it passes each call on to the next one, and the last one always fails.
//!
//! What the retry storm of the bench goes through.

use std::process::ExitCode;
use std::sync::Arc;

use bench_chassis::{Tier, TierError};
use chassis::{App, Chassis};
use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Deserialize, JsonSchema)]
struct Place {
    /// Whether there is nobody below.
    bottom: bool,
}

/// Passes the call on, if there is somebody below.
struct One(Option<Arc<dyn Tier>>);

impl Tier for One {
    async fn pass(&self) -> Result<String, TierError> {
        match &self.0 {
            // Its caller is told in its own words, which say nothing of trying again.
            Some(next) => next.pass().await.map_err(|_| TierError::Away),
            None => Err(TierError::Away),
        }
    }
}

async fn service(app: App) -> chassis::Result {
    let place: Place = app.config("place")?;
    let next = match place.bottom {
        true => None,
        false => Some(app.client::<dyn Tier>()?),
    };
    app.serve::<dyn Tier>(One(next));
    Ok(())
}

fn main() -> ExitCode {
    Chassis::new("tier").run(service)
}
