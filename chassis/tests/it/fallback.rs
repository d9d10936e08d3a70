//! Fallbacks: what answers when a call has failed after all policies.

use chassis::policy::fallback::fallback;
use chassis::testing::System;
use chassis::{App, CallError, Problem, service};

/// What the warehouse offers.
#[service(version = "1")]
trait Stocks {
    /// How many there are.
    #[get("/stocks/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, StockError>;

    /// How many may be ordered.
    #[get("/limits/{sku}")]
    async fn limit(&self, sku: String) -> Result<u32, StockError>;
}

#[derive(Debug, thiserror::Error, Problem)]
enum StockError {
    #[error("{sku} is unknown")]
    #[problem(status = 404)]
    Unknown { sku: String },
    #[error("the warehouse burns")]
    #[problem(status = 500)]
    Burning,
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

// ANCHOR: fallback
/// What is said of stock when the warehouse can't be asked.
struct Guess;

impl Stocks for Guess {
    async fn stock(&self, _: String) -> Result<u32, StockError> {
        Ok(1)
    }

    /// Nothing better is known: the call's own failure stays.
    async fn limit(&self, _: String) -> Result<u32, StockError> {
        Err(StockError::Burning)
    }
}

async fn service(app: App) -> chassis::Result {
    let stocks = app.client_with_fallback::<dyn Stocks>(Guess)?;
    app.serve::<dyn Shop>(Counter { stocks });
    Ok(())
}
// ANCHOR_END: fallback

/// Asks the warehouse.
#[service(version = "1")]
trait Shop {
    #[get("/shop/{sku}")]
    async fn ask(&self, sku: String) -> Result<String, CallError>;
}

struct Counter {
    stocks: std::sync::Arc<dyn Stocks>,
}

impl Shop for Counter {
    async fn ask(&self, sku: String) -> Result<String, CallError> {
        let stock = self.stocks.stock(sku.clone()).await;
        let limit = self.stocks.limit(sku).await;
        let said = |result: Result<u32, StockError>| match result {
            Ok(number) => number.to_string(),
            Err(error) => error.to_string(),
        };
        Ok(format!("{}; {}", said(stock), said(limit)))
    }
}

/// A warehouse of many moods.
struct Warehouse;

impl Stocks for Warehouse {
    async fn stock(&self, sku: String) -> Result<u32, StockError> {
        match sku.as_str() {
            "burning" => Err(StockError::Burning),
            "panic" => panic!("it fell"),
            "unknown" => Err(StockError::Unknown { sku }),
            _ => Ok(7),
        }
    }

    async fn limit(&self, sku: String) -> Result<u32, StockError> {
        self.stock(sku).await
    }
}

async fn warehouse(app: App) -> chassis::Result {
    app.serve::<dyn Stocks>(Warehouse);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn it_answers_what_failed_and_leaves_what_was_answered() {
    let system = System::compose("pair")
        .with("shop", service)
        .with("warehouse", warehouse)
        .start()
        .await
        .unwrap();
    let shop = system.client::<dyn Shop>();
    let ask = async |sku: &str| shop.ask(sku.to_owned()).await.unwrap();
    assert_eq!(ask("bolt").await, "7; 7");
    assert_eq!(
        ask("unknown").await,
        "unknown is unknown; unknown is unknown"
    );
    assert_eq!(ask("burning").await, "1; the warehouse burns");
    assert!(ask("panic").await.starts_with("1; stocks panicked"));
    let metrics = system.metrics();
    for (outcome, count) in [("given", 2), ("failed", 2), ("panicked", 0)] {
        let label = format!("chassis_outcome=\"{outcome}\"");
        let rows = metrics
            .lines()
            .filter(|row| row.starts_with("chassis_client_fallback_calls") && row.contains(&label));
        let sum: f64 = rows
            .filter_map(|row| row.rsplit(' ').next()?.parse::<f64>().ok())
            .sum();
        assert_eq!(sum, f64::from(count), "{outcome}: {metrics}");
    }
    system.stop().await;
}

#[tokio::test(start_paused = true)]
async fn where_nobody_is_there_it_answers_and_the_log_says_it_once() {
    let system = System::of("shop", service).start().await.unwrap();
    let shop = system.client::<dyn Shop>();
    for _ in 0..3 {
        let said = shop.ask("bolt".to_owned()).await.unwrap();
        assert!(said.starts_with("1; "), "{said}");
    }
    let lines = system.captured().lines();
    let asked = lines
        .iter()
        .filter(|line| line.message().contains("stocks.stock fails"));
    assert_eq!(asked.count(), 1);
    system.stop().await;
}

// ANCHOR: one
/// Today's rate, or that of the day before where nobody knows.
async fn rate(today: impl Future<Output = Result<f64, CallError>>) -> Result<f64, CallError> {
    const BEFORE: f64 = 1.08;
    fallback(today, |_| async { Some(BEFORE) }).await
}
// ANCHOR_END: one

#[tokio::test]
async fn one_call_alone() {
    let known = rate(async { Ok(1.1) }).await.unwrap();
    let failed = CallError::Unbound {
        service: "rates".to_owned(),
    };
    let unknown = rate(async { Err(failed) }).await.unwrap();
    assert_eq!((known, unknown), (1.1, 1.08));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_made_without_one_cannot_get_one_later() {
    let service = |app: App| async move {
        app.client::<dyn Stocks>()?;
        app.client_with_fallback::<dyn Stocks>(Guess)?;
        chassis::Result::Ok(())
    };
    let error = System::of("shop", service).start().await.unwrap_err();
    assert!(error.to_string().contains("was made before"), "{error}");
}
