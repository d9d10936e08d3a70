//! A stream that says one thing and then nothing: what `cargo xtask soak readers` holds open.

use std::future::pending;
use std::process::ExitCode;

use chassis::{App, CallError, Chassis, Streaming, service};

/// Says little.
#[service(version = "1")]
trait News {
    /// One item, and no end.
    #[get("/news")]
    async fn news(&self) -> Result<Streaming<u32>, CallError>;
}

struct Quiet;

impl News for Quiet {
    async fn news(&self) -> Result<Streaming<u32>, CallError> {
        Ok(Streaming::unfold(false, |said| async move {
            if said {
                pending::<()>().await;
            }
            Some((Ok(7), true))
        }))
    }
}

async fn service(app: App) -> chassis::Result {
    app.serve::<dyn News>(Quiet);
    Ok(())
}

fn main() -> ExitCode {
    Chassis::new("news").run(service)
}
