//! `http.…`: where the service listens, and what it takes.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{ByteSize, HumanDuration};
use crate::context::Trust;

/// Section `[http]`: where the service listens, and the limits of what it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where to listen. In the `dev` profile 127.0.0.1:8080.
    #[schemars(extend("format" = "socket-addr"))]
    pub listen: SocketAddr,
    /// Whether callers are strangers (`edge`) or services of the same system (`mesh`). What only a
    /// fellow service may say (baggage, priority, a longer deadline) is not taken from a stranger.
    pub trust: Trust,
    /// How many strangers a second may have their trace recorded by asking for it.
    pub sampled_per_second: u32,
    /// Connections open at a time. Beyond it none is accepted until one closes; callers wait in the
    /// kernel's queue.
    pub max_connections: usize,
    /// Calls at work at a time. Beyond it the answer is 503 with `Retry-After`.
    pub max_in_flight: usize,
    /// Size of the request line and all headers together, at least 8KiB. There may be 100 headers.
    pub max_headers: ByteSize,
    /// Time for the headers to arrive.
    pub headers_timeout: HumanDuration,
    /// Length of the request's target.
    pub max_uri: ByteSize,
    /// Size of a request's body, where the contract says no other.
    pub max_body: ByteSize,
    /// For how long a connection may stay open with no request on it.
    pub idle_timeout: HumanDuration,
    /// Time for a call that comes without a deadline, where the contract says no other. A stranger
    /// cannot ask for more.
    pub timeout: HumanDuration,
    /// Requests at a time on one HTTP/2 connection.
    pub max_streams: u32,
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
        }
    }
}
