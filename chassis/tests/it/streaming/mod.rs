//! Answers that come item by item: the same tests in one process, through either wire format, and
//! over sockets.

mod clients;
mod crossing;
mod readers;
mod wire;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use chassis::context::Env;
use chassis::contract::{
    Bound, Contract, Link, Loopback, Outgoing, StreamFuture, Transport, TransportFuture,
};
use chassis::http::client::{HttpTransport, Settings as ClientSettings, Target};
use chassis::http::{self, Component, Routes, Running, Server};
use chassis::port::Crossing;
use chassis::telemetry::{self, Capture, Point, PointValue, PortObserver, Resource, Telemetry};
use chassis::{CallError, Context, Item, Problem, Streaming, service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::edge::eventually;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Number {
    value: u32,
    note: Option<String>,
}

/// What can be watched.
#[service(version = "1")]
trait Ticker {
    /// The numbers up to `last`, each with itself as its id.
    // ANCHOR: numbers
    #[get("/numbers/{last}")]
    async fn numbers(
        &self,
        last: u32,
        #[header("Last-Event-ID")] after: Option<u32>,
    ) -> Result<Streaming<Number, TickerError>, TickerError>;
    // ANCHOR_END: numbers

    /// A stream that goes wrong, or does not go on.
    #[get("/plays/{name}", item_timeout = "60ms")]
    async fn play(&self, name: Play) -> Result<Streaming<String, TickerError>, TickerError>;

    /// One item, and then none for ever.
    #[get("/quiet")]
    async fn quiet(&self) -> Result<Streaming<u32>, TickerError>;

    /// Items of `size` bytes, as fast as they are taken.
    #[get("/flood/{size}")]
    async fn flood(&self, size: usize) -> Result<Streaming<String>, TickerError>;

    /// What cannot always be written.
    #[get("/awkward")]
    async fn awkward(&self) -> Result<Streaming<HashMap<Key, u8>>, TickerError>;

    /// Says each word again.
    #[post("/echo")]
    async fn echo(&self, words: Vec<String>) -> Result<Streaming<String>, CallError>;
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum Play {
    Unknown,
    Fails,
    Panics,
    Late,
    Context,
}

/// A map's key that JSON cannot have.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Key {
    Text(String),
    List(Vec<u8>),
}

#[derive(Debug, thiserror::Error, Problem)]
enum TickerError {
    #[error("{name} is not played")]
    #[problem(status = 404)]
    NotPlayed { name: String },
    #[error("sold out after {sold}")]
    #[problem(status = 409)]
    SoldOut { sold: u8 },
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

/// The implementation, and what it remembers.
#[derive(Default)]
struct Show {
    /// Producers that are not dropped.
    open: AtomicUsize,
    /// Items that were produced.
    produced: AtomicUsize,
}

/// Counts a producer as open until it is dropped.
struct Stage(Arc<Show>);

impl Stage {
    fn enter(show: &Arc<Show>) -> Self {
        show.open.fetch_add(1, SeqCst);
        Self(Arc::clone(show))
    }

    fn produce<T>(&self, item: T) -> T {
        self.0.produced.fetch_add(1, SeqCst);
        item
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, SeqCst);
    }
}

/// `Ticker` is implemented for what holds the `Arc`, so that producers may hold it, too.
struct Theatre(Arc<Show>);

impl Ticker for Theatre {
    async fn numbers(
        &self,
        last: u32,
        after: Option<u32>,
    ) -> Result<Streaming<Number, TickerError>, TickerError> {
        let first = after.map_or(0, |after| after + 1);
        let number = |value| {
            let note = (value % 2 == 1).then(|| format!("line\none \"{value}\" ü"));
            Item::new(Number { value, note }).with_id(value)
        };
        Ok(Streaming::of((first..=last).map(number)))
    }

    async fn play(&self, name: Play) -> Result<Streaming<String, TickerError>, TickerError> {
        if name == Play::Unknown {
            let name = "unknown".to_owned();
            return Err(TickerError::NotPlayed { name });
        }
        let stage = Stage::enter(&self.0);
        Ok(Streaming::unfold(
            (stage, 0),
            move |(stage, count)| async move {
                let item = match (count, name) {
                    (0, _) => Ok("first".to_owned()),
                    (_, Play::Fails) => Err(TickerError::SoldOut { sold: 1 }),
                    (_, Play::Panics) => panic!("a secret"),
                    (_, Play::Late) => std::future::pending().await,
                    (1..3, _) => {
                        let context = Context::current();
                        let left = context.deadline().is_some();
                        Ok(format!("{:?} {left}", context.trace().trace_id))
                    }
                    _ => return None,
                };
                Some((stage.produce(item), (stage, count + 1)))
            },
        ))
    }

    async fn quiet(&self) -> Result<Streaming<u32>, TickerError> {
        let stage = Stage::enter(&self.0);
        Ok(Streaming::unfold(
            (stage, false),
            |(stage, said)| async move {
                if said {
                    std::future::pending::<()>().await;
                }
                Some((Ok(stage.produce(7)), (stage, true)))
            },
        ))
    }

    async fn flood(&self, size: usize) -> Result<Streaming<String>, TickerError> {
        let stage = Stage::enter(&self.0);
        Ok(Streaming::unfold(stage, move |stage| async move {
            Some((Ok(stage.produce("x".repeat(size))), stage))
        }))
    }

    async fn awkward(&self) -> Result<Streaming<HashMap<Key, u8>>, TickerError> {
        let keys = [Key::Text("a".to_owned()), Key::List(vec![1])];
        Ok(Streaming::of(keys.map(|key| HashMap::from([(key, 1)]))))
    }

    async fn echo(&self, words: Vec<String>) -> Result<Streaming<String>, CallError> {
        Ok(Streaming::of(words))
    }
}

/// For the document of another test.
pub(crate) fn info() -> &'static chassis::contract::ContractInfo {
    <dyn Ticker as Contract>::info()
}

/// How a client reaches the service.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// `local:`: values are passed.
    Local,
    /// `local:?encode=json`: the wire format in one process.
    Encoded,
    EncodedLines,
    /// HTTP/1.
    Socket,
    SocketLines,
}

impl Way {
    const ALL: [Self; 5] = [
        Self::Local,
        Self::Encoded,
        Self::EncodedLines,
        Self::Socket,
        Self::SocketLines,
    ];

    fn is_local(self) -> bool {
        self == Self::Local
    }
}

/// The service, a client of it, and what both are seen to do.
struct House {
    show: Arc<Show>,
    ticker: Arc<dyn Ticker>,
    /// Of the caller; `seen` is what it recorded.
    telemetry: Telemetry,
    seen: Capture,
    /// The service on a socket, and what was recorded there.
    server: Option<(Running, Telemetry, Capture)>,
}

impl House {
    fn open(way: Way) -> Self {
        Self::with(way, &settings(), &ClientSettings::default())
    }

    fn with(way: Way, settings: &http::Settings, client: &ClientSettings) -> Self {
        let show = Arc::new(Show::default());
        let (telemetry, seen) = recorded("caller");
        let service: Arc<dyn Ticker> = Arc::new(Theatre(Arc::clone(&show)));
        let methods = info().methods.iter().map(|method| method.name);
        let observer = Arc::new(PortObserver::new(&telemetry, "ticker", methods));
        let crossing = Crossing::new("ticker", observer, Env::system());
        let mut server = None;
        let bound = match way {
            Way::Local => Bound::Local { service, crossing },
            Way::Encoded => Bound::Remote(Arc::new(Loopback::new(service).with_crossing(crossing))),
            Way::EncodedLines => Bound::Remote(Arc::new(Lines(
                Loopback::new(service).with_crossing(crossing),
            ))),
            Way::Socket | Way::SocketLines => {
                let (callee, seen) = recorded("callee");
                let running = serve(settings, &callee, |component| {
                    component.contract(service);
                });
                let transport = transport(running.local_addr(), client, &telemetry);
                server = Some((running, callee, seen));
                match way {
                    Way::Socket => Bound::Remote(Arc::new(transport)),
                    _ => Bound::Remote(Arc::new(Lines(transport))),
                }
            }
        };
        Self {
            ticker: connect(bound),
            show,
            telemetry,
            seen,
            server,
        }
    }

    fn running(&self) -> &Running {
        &self.server.as_ref().unwrap().0
    }

    fn address(&self) -> SocketAddr {
        self.running().local_addr()
    }

    fn is_empty(&self) -> bool {
        self.show.open.load(SeqCst) == 0
    }

    fn produced(&self) -> usize {
        self.show.produced.load(SeqCst)
    }
}

/// Callers are believed: the trace is theirs.
fn settings() -> http::Settings {
    http::Settings {
        trust: chassis::context::Trust::Mesh,
        ..http::Settings::default()
    }
}

/// Every trace recorded, and kept.
fn recorded(name: &str) -> (Telemetry, Capture) {
    let env = Env::system();
    let resource = Resource::new(name, &env);
    Telemetry::captured(env, &telemetry::Settings::dev(), resource).unwrap()
}

fn serve(
    settings: &http::Settings,
    telemetry: &Telemetry,
    routes: impl FnOnce(&mut Component<'_>),
) -> Running {
    let mut all = Routes::new(settings, telemetry.env().clone());
    routes(&mut all.component(telemetry));
    let server = Server::bind("http.listen", SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    server.serve(all.build().unwrap()).unwrap()
}

fn transport(
    address: SocketAddr,
    settings: &ClientSettings,
    telemetry: &Telemetry,
) -> HttpTransport {
    let target = Target::parse("ticker", &format!("http://{address}")).unwrap();
    let registry = chassis::discovery::MemoryRegistry::new();
    let remote = target.remote("ticker", &registry).unwrap();
    HttpTransport::new(info(), remote, settings.clone(), telemetry.clone())
}

fn connect(bound: Bound<dyn Ticker>) -> Arc<dyn Ticker> {
    let link = Link::unbound();
    assert!(link.bind(bound));
    Contract::connect(link)
}

/// Asks for NDJSON.
struct Lines<T>(T);

impl<T: Transport> Transport for Lines<T> {
    fn call(&self, call: Outgoing) -> TransportFuture<'_> {
        self.0.call(call)
    }

    fn stream(&self, mut call: Outgoing) -> StreamFuture<'_> {
        let lines = ::http::HeaderValue::from_static("application/x-ndjson");
        call.headers.insert("accept", lines);
        self.0.stream(call)
    }
}

/// All items of a stream that ends in order.
async fn all<T, E: std::fmt::Debug>(mut stream: Streaming<T, E>) -> Vec<T> {
    let mut all = Vec::new();
    while let Some(item) = stream.next().await {
        all.push(item.unwrap());
    }
    all
}

/// All series of a metric together: a counter's or a gauge's value, a histogram's count.
fn count(telemetry: &Telemetry, metric: &str) -> f64 {
    let families = telemetry.metrics().snapshot();
    let family = families.iter().find(|family| family.name == metric);
    let points = family.map_or(&[][..], |family| &family.points);
    let value = |point: &Point| match &point.value {
        PointValue::Counter(value) | PointValue::Gauge(value) => *value,
        PointValue::Histogram(value) => value.count() as f64,
        _ => 0.0,
    };
    points.iter().map(value).sum()
}
