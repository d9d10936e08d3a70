//! Generated clients over HTTP, against the edge and against servers that break the contract.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chassis::context::Env;
use chassis::contract::{Bound, Contract, Link};
use chassis::discovery::{Instance, MemoryRegistry, Registration, Registry};
use chassis::http::client::{HttpTransport, Settings, Target};
use chassis::http::{self, Routes, Running, Server};
use chassis::telemetry::{self, Capture, Resource, SpanKind, Telemetry};
use chassis::{CallError, Context, Created, Problem, service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Coffee {
    sort: String,
    sugar: u8,
}

/// A bar.
#[service(version = "1")]
trait Bar {
    /// What is on the tray.
    #[get("/coffees/{number}")]
    async fn coffee(&self, number: u32, #[query] sugar: u8) -> Result<Coffee, BarError>;

    /// Makes one.
    #[post("/coffees")]
    async fn make(&self, coffee: Coffee) -> Result<Created<Coffee>, BarError>;

    /// Takes its time.
    #[get("/slow")]
    async fn slow(&self) -> Result<(), BarError>;
}

#[derive(Debug, thiserror::Error, Problem)]
enum BarError {
    #[error("coffee {number} is not there")]
    #[problem(status = 404)]
    NotThere { number: u32 },
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

struct Machine;

impl Bar for Machine {
    async fn coffee(&self, number: u32, sugar: u8) -> Result<Coffee, BarError> {
        let sort = match number {
            404 => return Err(BarError::NotThere { number }),
            // What the callee knows of the call.
            0 => format!("{:?}", Context::current().trace().trace_id),
            _ => format!("number {number}"),
        };
        Ok(Coffee { sort, sugar })
    }

    async fn make(&self, coffee: Coffee) -> Result<Created<Coffee>, BarError> {
        let location = "/v1/coffees/7".to_owned();
        Ok(Created {
            location,
            value: coffee,
        })
    }

    async fn slow(&self) -> Result<(), BarError> {
        std::future::pending().await
    }
}

/// Every trace recorded, and kept.
fn telemetry(name: &str) -> (Telemetry, Capture) {
    let env = Env::system();
    let resource = Resource::new(name, &env);
    Telemetry::captured(env, &telemetry::Settings::dev(), resource).unwrap()
}

fn client(address: SocketAddr, telemetry: Telemetry) -> Arc<dyn Bar> {
    let url = format!("http://{address}");
    let target = Target::parse("bar", &url).unwrap();
    let remote = target.remote("bar", &MemoryRegistry::new()).unwrap();
    over(HttpTransport::new(
        <dyn Bar as Contract>::info(),
        remote,
        Settings::default(),
        telemetry,
    ))
}

fn over(transport: HttpTransport) -> Arc<dyn Bar> {
    let link = Link::unbound();
    assert!(link.bind(Bound::Remote(Arc::new(transport))));
    <dyn Bar as Contract>::connect(link)
}

fn serve(telemetry: &Telemetry) -> Running {
    let mut routes = Routes::new(&http::Settings::default(), Env::system());
    routes
        .component(telemetry)
        .contract::<dyn Bar>(Arc::new(Machine));
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let server = Server::bind("http.listen", any).unwrap();
    server.serve(routes.build().unwrap()).unwrap()
}

#[tokio::test]
async fn values_and_typed_errors_cross() {
    let server = serve(&telemetry("bar").0);
    let bar = client(server.local_addr(), telemetry("caller").0);
    let coffee = bar.coffee(3, 2).await.unwrap();
    assert_eq!((coffee.sort.as_str(), coffee.sugar), ("number 3", 2));
    let made = bar.make(coffee.clone()).await.unwrap();
    assert_eq!(
        (made.location.as_str(), made.value),
        ("/v1/coffees/7", coffee)
    );
    let error = bar.coffee(404, 0).await.unwrap_err();
    assert!(
        matches!(error, BarError::NotThere { number: 404 }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_call_is_one_trace_and_one_measurement() {
    let (callee, seen_by_callee) = telemetry("bar");
    let (caller, seen_by_caller) = telemetry("caller");
    let server = serve(&callee);
    let bar = client(server.local_addr(), caller.clone());
    let trace_id = bar.coffee(0, 0).await.unwrap().sort;
    bar.coffee(404, 0).await.unwrap_err();
    let spans = seen_by_caller.spans();
    let [found, missing] = &spans[..] else {
        panic!("{spans:?}");
    };
    let (found, missing) = (&found.record, &missing.record);
    assert_eq!(found.name, "GET /v1/coffees/{number}");
    assert_eq!(found.kind, SpanKind::Client);
    assert_eq!(format!("{:?}", found.trace.trace_id), trace_id);
    assert!(!found.error && missing.error);
    assert_eq!(
        found.attribute("http.response.status_code"),
        Some(&200_u16.into())
    );
    assert_eq!(missing.attribute("error.type"), Some(&"404".into()));
    let inner = seen_by_callee
        .span_named("GET /v1/coffees/{number}")
        .unwrap();
    assert_eq!(inner.record.parent, Some(found.trace.span_id));
    let (_, page) = caller.metrics().scrape(None);
    let mine = |line: &&str| {
        line.starts_with("http_client_request_duration_seconds_count")
            && line.contains("url_template=\"/v1/coffees/{number}\"")
    };
    let counted: Vec<_> = page.lines().filter(mine).collect();
    assert_eq!(counted.len(), 2, "{page}");
    for status in ["\"200\"", "\"404\""] {
        assert!(counted.iter().any(|line| line.contains(status)), "{page}");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_is_seen_as_cancelled() {
    let (caller, seen) = telemetry("caller");
    let server = serve(&telemetry("bar").0);
    let bar = client(server.local_addr(), caller);
    let slow = tokio::time::timeout(Duration::from_millis(20), bar.slow());
    assert!(slow.await.is_err());
    let span = seen.span_named("GET /v1/slow").unwrap().record;
    assert_eq!(span.attribute("error.type"), Some(&"cancelled".into()));
}

#[tokio::test]
async fn a_name_is_looked_up() {
    let server = serve(&telemetry("bar").0);
    let registry = MemoryRegistry::new();
    let port = server.local_addr().port();
    let address = format!("localhost:{port}").parse().unwrap();
    let announced: Registration = registry
        .register(Instance::new("counter", "1", address))
        .await
        .unwrap();
    let target = Target::parse("bar", "registry:counter").unwrap();
    let remote = target.remote("bar", &registry).unwrap();
    let info = <dyn Bar as Contract>::info();
    let bar = over(HttpTransport::new(
        info,
        remote,
        Settings::default(),
        telemetry("caller").0,
    ));
    assert_eq!(bar.coffee(1, 0).await.unwrap().sort, "number 1");
    announced.deregister().await.unwrap();
    let error = bar.coffee(1, 0).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "bar has no reachable instance: none is known by `counter` in registry memory:"
    );
}

/// A server that answers every request with `answer`.
async fn answering(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(chassis::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    }));
    address
}

#[tokio::test]
async fn an_answer_outside_of_the_contract_is_said_to_be_one() {
    for (answer, said) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\n<html>",
            "expected JSON",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n<html",
            "line 1 column 1",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n\
             {\"sort\": 1}",
            "expected a string",
        ),
        (
            "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n",
            "expected 200, got 202 Accepted",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: application/problem+json\r\n\
             content-length: 15\r\n\r\n{\"status\": 404}",
            "expected JSON",
        ),
        (
            "HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/problem+json\r\n\
             content-length: 9\r\n\r\n{\"status\"",
            "a malformed problem",
        ),
        (
            "HTTP/1.1 301 Moved Permanently\r\nlocation: /v2/x\r\ncontent-length: 0\r\n\r\n",
            "301 Moved Permanently to /v2/x",
        ),
    ] {
        let bar = client(answering(answer).await, telemetry("caller").0);
        let error = bar.coffee(1, 0).await.unwrap_err();
        let BarError::Call(CallError::Answer { service, reason }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(service, "bar");
        assert!(reason.contains(said), "{reason}");
    }
}

#[tokio::test]
async fn a_problem_is_known_by_its_type_whatever_the_status() {
    let answer = "HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/problem+json\r\n\
                  content-length: 58\r\n\r\n\
                  {\"type\":\"urn:problem:bar:not-there\",\"status\":1,\"number\":5}";
    let bar = client(answering(answer).await, telemetry("caller").0);
    let error = bar.coffee(1, 0).await.unwrap_err();
    assert!(
        matches!(error, BarError::NotThere { number: 5 }),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_problem_that_the_contract_does_not_name_keeps_its_status() {
    let answer = "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\n\
                  content-length: 41\r\n\r\n{\"type\":\"urn:problem:other\",\"status\":200}";
    let bar = client(answering(answer).await, telemetry("caller").0);
    let error = bar.coffee(1, 0).await.unwrap_err();
    let BarError::Call(CallError::Problem(problem)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(problem.type_uri, "urn:problem:other");
    assert_eq!(problem.status, 503);
}
