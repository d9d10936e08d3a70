//! What a composition root says by `App`, and programs by `Chassis`.

mod access;
mod embedding;
mod layers;
mod timeouts;

use chassis::config::Inputs;
use chassis::testing::System;
use chassis::{App, CallError, Chassis, Problem, service};

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

#[tokio::test]
async fn a_name_that_no_component_can_have_is_the_error_of_the_start() {
    let house = System::compose("house").with("http", press);
    let error = house.start().await.unwrap_err();
    assert_eq!(error.exit_code(), 70);
    assert!(error.to_string().contains("[http]"), "{error}");
    let house = Chassis::compose("house").with("press", press);
    let house = house.with("press", press).inputs(Inputs::none());
    let error = house.start().await.unwrap_err();
    assert_eq!(error.exit_code(), 70);
    assert!(error.to_string().contains("same name"), "{error}");
}
