//! The smallest service: a contract, what it does, and a process around it.

// ANCHOR: service
use chassis::{App, CallError, Chassis, service};

/// Greets.
#[service(version = "1")]
pub trait Greeter {
    /// Greets one person.
    #[get("/hello/{name}")]
    async fn hello(&self, name: String) -> Result<String, CallError>;
}

struct Friendly;

impl Greeter for Friendly {
    async fn hello(&self, name: String) -> Result<String, CallError> {
        Ok(format!("Hello, {name}!"))
    }
}

fn main() -> std::process::ExitCode {
    Chassis::new("greeter").run(|app: App| async move {
        app.serve::<dyn Greeter>(Friendly);
        Ok(())
    })
}
// ANCHOR_END: service
