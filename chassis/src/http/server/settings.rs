//! `http.…`: where the service listens, and what it takes.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::overload::{Overload, RateLimitRule, Wrong};
use crate::config::{ByteSize, HumanDuration};
use crate::context::Trust;

/// Where the service listens, and the limits of what it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where to listen: every interface, as a container needs. In the `dev` profile 127.0.0.1:8080,
    /// so that nobody else in the café reaches it. Port 0 takes any free one. An address that is
    /// taken ends the start with exit code 69.
    #[schemars(extend("format" = "socket-addr"))]
    pub listen: SocketAddr,
    /// Whether callers are strangers (`edge`) or services of the same system (`mesh`). What only a
    /// fellow service may say (baggage, priority, a longer deadline) is not taken from a stranger.
    /// `edge`, since the other mistake would let anybody speak as one of us.
    pub trust: Trust,
    /// How many strangers a second may have their trace recorded by asking for it (`sampled` in
    /// `traceparent`); those beyond are recorded by `traces.ratio`, as everybody. One is enough to
    /// look for a fault and too few to fill the collector.
    pub sampled_per_second: u32,
    /// Connections open at a time. Beyond it none is accepted until one closes; callers wait in the
    /// kernel's queue. Each takes a file descriptor and some kilobytes.
    pub max_connections: usize,
    /// Calls at work at a time, of all routes together. Beyond it the answer is 503 with `Retry-After`:
    /// refused at once is better than too late for all. A bound for memory; how many calls can be served
    /// well `http.overload` finds out.
    pub max_in_flight: usize,
    /// Size of the request line and all headers together, at least 8KiB; 64KiB leaves room for large
    /// cookies and tokens. Beyond it, or beyond 100 headers, the answer is 431.
    pub max_headers: ByteSize,
    /// Time for the headers to arrive. Beyond it the connection is closed, so that slow senders don't
    /// hold connections.
    pub headers_timeout: HumanDuration,
    /// Length of the request's target (path and query). Beyond it the answer is 414.
    pub max_uri: ByteSize,
    /// Size of a request's body, where the contract says no other (`max_body`). Beyond it the answer
    /// is 413, before the rest is read. Enough for JSON; raise it by method, not for all.
    pub max_body: ByteSize,
    /// For how long a connection may stay open with no request on it. Longer than the 60 s after
    /// which common balancers close theirs, so that none of them writes into a closed one.
    pub idle_timeout: HumanDuration,
    /// Time for a call that comes without a deadline, where the contract says no other. A stranger
    /// cannot ask for more. Beyond it the answer is 504. Less than `stop.drain`, so that a stop can
    /// wait for every call.
    pub timeout: HumanDuration,
    /// Requests at a time on one HTTP/2 connection; more wait for their turn at the caller.
    pub max_streams: u32,
    /// From this duration on a request is kept among the recent slow ones that the admin page
    /// shows.
    pub slow: HumanDuration,
    /// Answers that come item by item.
    pub streaming: Streaming,
    /// What is refused when not all can be served.
    pub overload: Overload,
    /// Rate limits, each by a name of its own, which callers are told. None, unless you set one.
    pub rate_limit: BTreeMap<String, RateLimitRule>,
}

/// Answers that come item by item (`Streaming<T>`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Streaming {
    /// How often a stream that has nothing to say says that it lives. Less than the 60 s after which
    /// common proxies close what is silent, and a third of what our own readers wait
    /// (`client.silence_timeout`).
    pub heartbeat: HumanDuration,
    /// How long a reader may leave untaken what it was sent. Beyond it the stream is dropped, so that
    /// who never reads holds neither memory nor the work behind it.
    pub write_timeout: HumanDuration,
    /// Streams open at a time. Beyond it the answer is 503 with `Retry-After`. They don't count
    /// among `http.max_in_flight`, which is for work that ends soon.
    pub max_open: usize,
    /// After what pause a reader is asked to come back when a stop ends its stream: this long, up to
    /// twice as long, so that not all come at once.
    pub retry: HumanDuration,
}

impl Default for Streaming {
    fn default() -> Self {
        Self {
            heartbeat: HumanDuration::from_secs(15),
            write_timeout: HumanDuration::from_secs(30),
            max_open: 10_000,
            retry: HumanDuration::from_secs(1),
        }
    }
}

impl Settings {
    /// The defaults of profile `dev`: reachable from this machine only.
    pub fn dev() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            ..Self::default()
        }
    }
}

/// What lets nothing through when it is zero: its name within the section, and what to say instead.
type Zero = (&'static str, bool, &'static str);

impl Settings {
    /// What cannot work of the limits themselves, key by key below `http`.
    pub(super) fn zeros(&self) -> impl Iterator<Item = Wrong> {
        let all: [Zero; 8] = [
            ("timeout", self.timeout.is_zero(), "10s does"),
            (
                "headers_timeout",
                self.headers_timeout.is_zero(),
                "10s does",
            ),
            ("max_connections", self.max_connections == 0, "10000 do"),
            ("max_in_flight", self.max_in_flight == 0, "1024 do"),
            ("max_streams", self.max_streams == 0, "100 do"),
            ("max_uri", self.max_uri.as_usize() == 0, "8KiB do"),
            (
                "streaming.heartbeat",
                self.streaming.heartbeat.is_zero(),
                "15s does",
            ),
            (
                "streaming.write_timeout",
                self.streaming.write_timeout.is_zero(),
                "30s does",
            ),
        ];
        let zeros = all.into_iter().filter(|(_, is_zero, _)| *is_zero);
        zeros.map(|(key, _, mend)| {
            let fault = match key.starts_with("streaming.") {
                true => "must be above 0, or no stream lasts",
                false => "must be above 0, or nobody is ever answered",
            };
            (key.to_owned(), fault.to_owned(), mend)
        })
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 8080)),
            trust: Trust::Edge,
            sampled_per_second: 1,
            max_connections: 10_000,
            max_in_flight: 1_024,
            max_headers: ByteSize::from_kib(64),
            headers_timeout: HumanDuration::from_secs(10),
            max_uri: ByteSize::from_kib(8),
            max_body: ByteSize::from_mib(1),
            idle_timeout: HumanDuration::from_secs(75),
            timeout: HumanDuration::from_secs(10),
            max_streams: 100,
            slow: HumanDuration::from_secs(1),
            streaming: Streaming::default(),
            overload: Overload::default(),
            rate_limit: BTreeMap::new(),
        }
    }
}
