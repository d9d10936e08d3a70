//! What can be set of a client: `[client]` for all, `[client.NAME]` for one.

use std::time::Duration;

/// The settings of one client.
///
/// `[client]` holds what is the default for every client, `[client.orders]` what is different for
/// the contract `orders`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Where the service is: `local:` (in this process), `registry:NAME`, `http://HOST:PORT/PREFIX`
    /// or `static:HOST:PORT,HOST:PORT`. Default: `local:` where it is composed, else
    /// `registry:` and the contract's name.
    pub url: Option<String>,
    /// How long one connection may take to open before another instance is tried. Default 1 s.
    pub connect_timeout: Duration,
    /// How long one attempt may take, from the first byte sent to the last byte received. Default:
    /// the method's own `timeout`, else 10 s.
    pub attempt_timeout: Option<Duration>,
    /// How long a call may take with all its attempts. What the caller has left counts where it is
    /// less. Default 30 s.
    pub total_timeout: Duration,
    /// How many connections may be open to one instance, busy and idle. Default 256.
    pub max_connections: usize,
    /// How many calls may wait for a connection to one instance; more fail at once. Default 1024.
    pub max_waiting: usize,
    /// How long a connection may lie idle before it is closed. Shorter than the servers' own limit
    /// (75 s). Default 60 s.
    pub idle_timeout: Duration,
    /// How old a connection may become: a new one looks the name up again, and new instances get
    /// their share. Default 5 min.
    pub max_age: Duration,
    /// The largest body of an answer, in bytes; what is larger fails the call and closes the
    /// connection. Default 8 MiB.
    pub max_answer: usize,
    /// Whether our readiness waits for this service. Default `false`: another service's state
    /// never changes ours.
    pub required: bool,
}

impl Settings {
    /// The limit of an attempt where neither the settings nor the method say one.
    pub(super) const ATTEMPT: Duration = Duration::from_secs(10);
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: None,
            connect_timeout: Duration::from_secs(1),
            attempt_timeout: None,
            total_timeout: Duration::from_secs(30),
            max_connections: 256,
            max_waiting: 1024,
            idle_timeout: Duration::from_secs(60),
            max_age: Duration::from_secs(300),
            max_answer: 8 << 20,
            required: false,
        }
    }
}
