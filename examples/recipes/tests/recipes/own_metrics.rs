//! A metric of one's own.

use chassis::testing::System;

// ANCHOR: recipe
use chassis::telemetry::Counter;
use chassis::{App, CallError, service};

#[service(version = "1")]
trait Press {
    #[post("/pages")]
    async fn print(&self, text: String) -> Result<(), CallError>;
}

struct Printer {
    characters: Counter,
}

impl Press for Printer {
    async fn print(&self, text: String) -> Result<(), CallError> {
        text.chars().for_each(|_| self.characters.inc());
        Ok(())
    }
}

async fn service(app: App) -> chassis::Result {
    let help = "Characters that were printed";
    let characters = app.metrics().counter("press.characters", help, &[])?;
    app.serve::<dyn Press>(Printer { characters });
    Ok(())
}
// ANCHOR_END: recipe

#[tokio::test(start_paused = true)]
async fn it_is_on_the_page() {
    let system = System::of("press", service).start().await.unwrap();
    let press = system.client::<dyn Press>();
    press.print("abc".to_owned()).await.unwrap();
    let page = system.metrics();
    assert!(page.contains("press_characters_total"), "{page}");
    assert!(
        page.lines()
            .any(|line| line.starts_with("press_characters_total") && line.ends_with(" 3.0")),
        "{page}"
    );
}
