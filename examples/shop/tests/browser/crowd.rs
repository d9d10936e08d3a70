//! Ten thousand of everything: ports, routes, instances. The service is in this process.

use std::path::Path;
use std::time::Duration;

use browser::Browser;
use chassis::testing::System;
use chassis::{App, CallError, Listener, Place, port, service};

/// How many there are of each.
const MANY: usize = 10_000;

/// What lies on a shelf.
#[port]
pub trait Shelf {
    /// How many pieces there are.
    async fn count(&self, sku: &str) -> Result<u64, CallError>;
}

struct Wood;

impl Shelf for Wood {
    async fn count(&self, sku: &str) -> Result<u64, CallError> {
        Ok(sku.len() as u64)
    }
}

/// A service of which ten thousand run.
#[service(version = "1")]
pub trait Porters {
    /// One of them.
    #[get("/porters")]
    async fn porter(&self) -> Result<String, CallError>;
}

async fn warehouse(app: App) -> chassis::Result {
    for number in 0..MANY {
        let place = Place::at(format!("https://shelf-{number}.example"));
        app.adapt_at::<dyn Shelf>(place, Wood);
    }
    app.client::<dyn Porters>()?;
    let aisle = |router: axum::Router, number: usize| {
        router.route(
            &format!("/aisles/{number}"),
            axum::routing::get(async || "here"),
        )
    };
    app.merge((0..MANY).fold(axum::Router::new(), aisle));
    Ok(())
}

/// The service, and the address of its page.
async fn start() -> (System, String) {
    let porters = (0..MANY).map(|number| {
        let (high, low) = (number / 250, number % 250 + 1);
        format!("10.0.{high}.{low}:80")
    });
    let porters = porters.collect::<Vec<_>>().join(",");
    let system = System::of("warehouse", warehouse)
        .set("client.porters.url", format!("static:{porters}"))
        .listening();
    let system = system.start().await.unwrap();
    let address = system.listeners().of(Listener::Admin).next().unwrap();
    let address = address.trim_start_matches("http://").to_owned();
    (system, address)
}

/// What a page of them may take until it can be used, far above what it takes on a quiet machine.
const USABLE: Duration = Duration::from_secs(20);

#[test]
fn ten_thousand_of_everything_are_counted_found_and_shown() {
    let Some(browser) = Browser::for_test() else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (system, address) = runtime.block_on(start());
    browser.resize(1_400, 900).unwrap();
    browser.goto(&format!("http://{address}/")).unwrap();
    browser.wait_for_text("#live", "live").unwrap();
    let taken = "return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd";
    let taken = browser.run(taken, &[]).unwrap().as_f64().unwrap();
    assert!(taken < USABLE.as_millis() as f64, "{taken} ms");
    // The first two hundred, and how many there are.
    browser
        .wait_for_text("#ports", "200 of 10001 outbound ports")
        .unwrap();
    browser.wait_for_text("#routes", "of 10000 routes").unwrap();
    assert!(browser.find_all("#ports tbody tr").unwrap().len() <= 402);

    // A search in the page asks the service for the others.
    browser
        .goto(&format!("http://{address}/?find=aisles/7777"))
        .unwrap();
    browser.wait_for_text("#routes", "/aisles/7777").unwrap();
    browser
        .goto(&format!("http://{address}/?find=porters"))
        .unwrap();
    browser.wait_for_text("#live", "live").unwrap();
    let porters = browser.find("#ports a[href='?port=warehouse/out/porters']");
    porters.unwrap().click().unwrap();
    let article = "[id='warehouse/out/porters']";
    browser
        .wait_for_text(article, "50 of 10000 addresses")
        .unwrap();
    browser.wait_for_text(article, "10.0.0.100:80").unwrap();

    // One that the lists have no room for is reached by its link.
    let last = format!("warehouse/out/shelf-{MANY}");
    browser
        .goto(&format!("http://{address}/?port={last}"))
        .unwrap();
    browser
        .wait_for_text(&format!("[id='{last}']"), "https://shelf-9999.example")
        .unwrap();
    if let Some(picture) = std::env::var_os("PICTURE_OF_THE_CROWD") {
        browser.screenshot(Path::new(&picture)).unwrap();
    }
    runtime.block_on(system.stop());
}
