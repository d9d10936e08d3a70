//! `chassis::testing::System`: services within the test, with nothing opened.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chassis::testing::System;
use chassis::{App, CallError, Problem, service};

#[derive(Debug, thiserror::Error, Problem)]
enum ClockError {
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

#[service(version = "1")]
trait Echo {
    #[get("/echo/{text}")]
    async fn echo(&self, text: String) -> Result<String, ClockError>;
}

#[service(version = "1")]
trait Twice {
    #[get("/twice/{text}")]
    async fn twice(&self, text: String) -> Result<String, ClockError>;
}

struct Plain;

impl Echo for Plain {
    async fn echo(&self, text: String) -> Result<String, ClockError> {
        tracing::info!(text, "echoing");
        Ok(text)
    }
}

struct Doubling(Arc<dyn Echo>);

impl Twice for Doubling {
    async fn twice(&self, text: String) -> Result<String, ClockError> {
        let text = self.0.echo(text).await?;
        Ok(format!("{text} {text}"))
    }
}

async fn echo(app: App) -> chassis::Result {
    app.serve::<dyn Echo>(Plain);
    Ok(())
}

async fn twice(app: App) -> chassis::Result {
    let echo = app.client::<dyn Echo>()?;
    app.serve::<dyn Twice>(Doubling(echo));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_composed_system_is_called_and_looked_into() {
    for url in ["local:", "local:?encode=json"] {
        let system = System::compose("pair")
            .with("twice", twice)
            .with("echo", echo)
            .set("client.echo.url", url)
            .start()
            .await
            .unwrap();
        let client = system.client::<dyn Twice>();
        assert_eq!(client.twice("ho".to_owned()).await.unwrap(), "ho ho");
        let line = system.captured().lines();
        let line = line
            .iter()
            .find(|line| line.message() == "echoing")
            .unwrap();
        let spans = system.captured().spans();
        let server = spans
            .iter()
            .find(|span| span.record.name == *"GET /v1/twice/{text}");
        assert!(server.is_some(), "{spans:?}");
        assert!(!line.trace_id().is_empty());
        assert!(system.metrics().contains("http_route=\"/v1/twice/{text}\""));
        assert!(system.stop().await.is_clean());
    }
}

#[tokio::test(start_paused = true)]
async fn tasks_run_by_the_tests_clock_and_end_with_the_system() {
    let runs = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&runs);
    let service = async move |app: App| {
        app.every("count", Duration::from_secs(60), move || {
            count.fetch_add(1, Ordering::SeqCst);
            async {}
        });
        Ok(())
    };
    let system = System::of("counter", service).start().await.unwrap();
    tokio::time::sleep(Duration::from_secs(150)).await;
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    assert!(system.stop().await.is_clean());
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(runs.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_system_can_listen_on_free_ports() {
    let system = System::of("echo", echo).listening().start().await.unwrap();
    let url = system.listeners().service("echo").unwrap().to_owned();
    assert!(url.starts_with("http://127.0.0.1:"));
    assert!(system.stop().await.is_clean());
    let address = url.strip_prefix("http://").unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_wrong_configuration_is_the_error_of_the_start() {
    let started = System::of("echo", echo)
        .config("[http]\nlisen = 1")
        .start()
        .await;
    let error = started.unwrap_err();
    assert_eq!(error.exit_code(), 78);
    assert!(error.to_string().contains("http.lisen"), "{error}");
}
