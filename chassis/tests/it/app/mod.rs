//! What a composition root says by `App`, and programs by `Chassis`.

mod timeouts;

use chassis::{App, CallError, Problem, service};

#[derive(Debug, thiserror::Error, Problem)]
pub(crate) enum PressError {
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

/// Prints, quickly and slowly.
#[service(version = "1")]
pub(crate) trait Press {
    #[get("/page/{text}")]
    async fn page(&self, text: String) -> Result<String, PressError>;

    #[get("/book/{text}", timeout = "30s")]
    async fn book(&self, text: String) -> Result<String, PressError>;
}

pub(crate) struct Printer;

impl Press for Printer {
    async fn page(&self, text: String) -> Result<String, PressError> {
        Ok(text)
    }

    async fn book(&self, text: String) -> Result<String, PressError> {
        Ok(text)
    }
}

pub(crate) async fn press(app: App) -> chassis::Result {
    app.serve::<dyn Press>(Printer);
    Ok(())
}
