//! What can be set of a client: `[client]` for all, `[client.NAME]` for one.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{ByteSize, Config, Findings, HumanDuration};

/// The settings of one client: `[client.NAME]` over `[client]` over the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "documented where they are written, in `ClientSettings`"
)]
pub struct Settings {
    /// Where the service is; [`Target::parse`](super::Target::parse) reads it. `None`: `local:`
    /// where it is composed, else `registry:` and the contract's name.
    pub url: Option<String>,
    pub required: bool,
    pub connect_timeout: Duration,
    pub attempt_timeout: Option<Duration>,
    pub total_timeout: Duration,
    pub max_connections: usize,
    pub max_waiting: usize,
    pub idle_timeout: Duration,
    pub max_age: Duration,
    pub max_answer: usize,
    pub max_item: usize,
    pub silence_timeout: Duration,
}

/// How other services are called: what holds for every client, and a table for each that is
/// different.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ClientSettings {
    /// How long one connection may take to open before another instance is tried. A second holds one
    /// lost packet and its repetition.
    pub connect_timeout: HumanDuration,
    /// How long one attempt may take, from the first byte sent to the last byte received. Unset:
    /// the method's own `timeout`, else 10s. Beyond it the call fails with `CallError::Timeout`,
    /// 504 at the next edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt_timeout: Option<HumanDuration>,
    /// How long a call may take with all its attempts. What the caller has left counts where that
    /// is less, so this one bounds only tasks and calls without a deadline.
    pub total_timeout: HumanDuration,
    /// How many connections may be open to one instance, busy and idle. Beyond it calls wait for
    /// one of them. A stream has one for itself until it is over.
    pub max_connections: u32,
    /// How many calls may wait for a connection to one instance; more fail at once, as unavailable:
    /// who waits behind a thousand others waits in vain.
    pub max_waiting: u32,
    /// How long a connection may lie idle before it is closed: less than the servers' own limit
    /// (`http.idle_timeout`), so that no call is written into a connection that is being closed.
    pub idle_timeout: HumanDuration,
    /// How old a connection may become. A new one looks the name up again, so calls move to new
    /// instances even where the old ones stay.
    pub max_age: HumanDuration,
    /// The largest body of an answer; what is larger fails the call instead of filling the memory.
    pub max_answer: ByteSize,
    /// The largest item of a stream; what is larger fails the stream instead of filling the memory.
    pub max_item: ByteSize,
    /// How long a stream may be silent, without even a heartbeat, before it fails. Three times the
    /// servers' own `http.streaming.heartbeat`, so that a lost one costs nothing.
    pub silence_timeout: HumanDuration,
    /// The clients that are different, by contract: `[client.orders]`.
    #[serde(flatten)]
    pub clients: BTreeMap<String, OneClient>,
}

/// What is different for the contract `NAME`, in kebab-case: `[client.order-book]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OneClient {
    /// Where the service is: `local:` (in this process), `registry:NAME`, `http://HOST:PORT/PREFIX`
    /// or `static:HOST:PORT,HOST:PORT`. Unset: `local:` where it is composed, else `registry:` and
    /// the contract's name.
    pub url: Option<String>,
    /// Whether our readiness waits for this service. Else its state never changes ours, because one
    /// failure would drain all its callers.
    pub required: bool,
    /// As in `[client]`.
    pub connect_timeout: Option<HumanDuration>,
    /// As in `[client]`.
    pub attempt_timeout: Option<HumanDuration>,
    /// As in `[client]`.
    pub total_timeout: Option<HumanDuration>,
    /// As in `[client]`.
    pub max_connections: Option<u32>,
    /// As in `[client]`.
    pub max_waiting: Option<u32>,
    /// As in `[client]`.
    pub idle_timeout: Option<HumanDuration>,
    /// As in `[client]`.
    pub max_age: Option<HumanDuration>,
    /// As in `[client]`.
    pub max_answer: Option<ByteSize>,
    /// As in `[client]`.
    pub max_item: Option<ByteSize>,
    /// As in `[client]`.
    pub silence_timeout: Option<HumanDuration>,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            connect_timeout: HumanDuration::from_secs(1),
            attempt_timeout: None,
            total_timeout: HumanDuration::from_secs(30),
            max_connections: 256,
            max_waiting: 1024,
            idle_timeout: HumanDuration::from_secs(60),
            max_age: HumanDuration::from_secs(300),
            max_answer: ByteSize::from_mib(8),
            max_item: ByteSize::from_mib(1),
            silence_timeout: HumanDuration::from_secs(45),
            clients: BTreeMap::new(),
        }
    }
}

impl ClientSettings {
    /// The settings of the client for `contract` (kebab-case).
    pub fn client(&self, contract: &str) -> Settings {
        let nothing = OneClient::default();
        let own = self.clients.get(contract).unwrap_or(&nothing);
        let duration = |own: Option<HumanDuration>, all: HumanDuration| own.unwrap_or(all).into();
        let attempt = own.attempt_timeout.or(self.attempt_timeout);
        Settings {
            url: own.url.clone(),
            required: own.required,
            connect_timeout: duration(own.connect_timeout, self.connect_timeout),
            attempt_timeout: attempt.map(Duration::from),
            total_timeout: duration(own.total_timeout, self.total_timeout),
            max_connections: own.max_connections.unwrap_or(self.max_connections) as usize,
            max_waiting: own.max_waiting.unwrap_or(self.max_waiting) as usize,
            idle_timeout: duration(own.idle_timeout, self.idle_timeout),
            max_age: duration(own.max_age, self.max_age),
            max_answer: own.max_answer.unwrap_or(self.max_answer).as_usize(),
            max_item: own.max_item.unwrap_or(self.max_item).as_usize(),
            silence_timeout: duration(own.silence_timeout, self.silence_timeout),
        }
    }
}

impl Settings {
    /// The limit of an attempt where neither the settings nor the method say one.
    pub(super) const ATTEMPT: Duration = Duration::from_secs(10);

    /// Reads the settings of the client for `contract` (kebab-case).
    ///
    /// # Errors
    ///
    /// Everything that is wrong with section `[client]`.
    pub fn read(config: &Config, contract: &str) -> Result<Self, Findings> {
        let all: ClientSettings = config.section("client")?;
        Ok(all.client(contract))
    }
}

impl Default for Settings {
    fn default() -> Self {
        ClientSettings::default().client("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Cli, Defaults, Inputs};

    fn config(text: &str) -> Config {
        let inputs = Inputs::none().file("chassis.toml", text);
        let cli = Cli::parse(inputs.args(), &[]).unwrap();
        Config::load(&inputs, &cli, &Defaults::new("shop")).unwrap()
    }

    #[test]
    fn a_client_has_its_own_over_those_of_all() {
        let config = config(
            "client.total_timeout = '5s'\nclient.max_answer = '1MiB'\n\
             [client.orders]\nurl = 'http://orders:80'\ntotal_timeout = '9s'\n",
        );
        let orders = Settings::read(&config, "orders").unwrap();
        assert_eq!(orders.url.as_deref(), Some("http://orders:80"));
        assert_eq!(orders.total_timeout, Duration::from_secs(9));
        assert_eq!(orders.max_answer, 1 << 20);
        let payments = Settings::read(&config, "payments").unwrap();
        assert_eq!((payments.url, payments.required), (None, false));
        assert_eq!(payments.total_timeout, Duration::from_secs(5));
        assert_eq!(payments.connect_timeout, Duration::from_secs(1));
        config.check().unwrap();
    }

    #[test]
    fn unknown_keys_are_found_in_both_places() {
        for text in [
            "client.conect_timeout = '1s'",
            "client.orders.conect_timeout = '1s'",
        ] {
            let error = Settings::read(&config(text), "orders").unwrap_err();
            let said = error.to_string();
            assert!(said.contains("conect_timeout"), "{said}");
        }
    }
}
