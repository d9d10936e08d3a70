//! The lifecycle's own keys: `probe.…`, `start.…`, `stop.…`.

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::chaos::Switch;
use super::doctor::DoctorSettings;
use super::reload::ConfigSettings;
use crate::config::{Config, Finding, Findings, HumanDuration, ServiceSettings};
use crate::health::HealthSettings;
use crate::http::Settings as HttpSettings;
use crate::{admin::AdminSettings, telemetry};

/// The sections that the chassis reads itself. No component may be called so: its own sections
/// would lie within them.
pub(super) const SECTIONS: [&str; 18] = [
    "admin",
    "chaos",
    "client",
    "config",
    "doctor",
    "health",
    "http",
    "idempotency",
    "logs",
    "metrics",
    "port",
    "probe",
    "registry",
    "service",
    "start",
    "stop",
    "store",
    "traces",
];

/// Where `/livez`, `/readyz`, `/startupz` and `/metrics` are.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProbeSettings {
    /// Address to listen on: every interface, since the orchestrator and the scraper come from
    /// elsewhere. It shows no details.
    #[schemars(with = "String", extend("format" = "socket-addr"))]
    pub listen: SocketAddr,
}

impl Default for ProbeSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::UNSPECIFIED, 9464)),
        }
    }
}

/// How long a start may take.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StartSettings {
    /// For how long a required dependency that is away is tried again before the process gives up
    /// with exit code 69. Meanwhile it is live but not ready.
    pub timeout: HumanDuration,
}

impl Default for StartSettings {
    fn default() -> Self {
        Self {
            timeout: HumanDuration::from_secs(60),
        }
    }
}

/// How long the phases of a stop may take: together less than the 30 s that Kubernetes gives.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StopSettings {
    /// After SIGTERM, time in which balancers notice that we are not ready any more; calls are still
    /// taken. SIGINT skips it. 0s where nothing balances.
    pub linger: HumanDuration,
    /// Time for the calls at work to end. Longer ones are dropped and the exit code is 70; more than
    /// `http.timeout`, so that only those without a limit can be.
    pub drain: HumanDuration,
    /// Time for everything after it: tasks, pools, telemetry's last batch.
    pub rest: HumanDuration,
    /// The whole: then a thread of its own ends the process with exit code 70, whatever hangs. The
    /// orchestrator's own limit has to be longer.
    pub timeout: HumanDuration,
    /// Stop when standard input ends, as a child does whose parent has gone. `split` sets it.
    pub with_stdin: bool,
}

impl Default for StopSettings {
    fn default() -> Self {
        Self {
            linger: HumanDuration::from_secs(5),
            drain: HumanDuration::from_secs(15),
            rest: HumanDuration::from_secs(5),
            timeout: HumanDuration::from_secs(25),
            with_stdin: false,
        }
    }
}

/// Everything that the chassis itself is configured by.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) http: HttpSettings,
    pub(super) probe: ProbeSettings,
    pub(super) admin: AdminSettings,
    pub(super) chaos: Switch,
    pub(super) config: ConfigSettings,
    pub(super) doctor: DoctorSettings,
    pub(super) health: HealthSettings,
    pub(super) service: ServiceSettings,
    pub(super) start: StartSettings,
    pub(super) stop: StopSettings,
    pub(super) registry: crate::discovery::Settings,
    pub(super) telemetry: telemetry::Settings,
}

impl Settings {
    /// Reads the chassis' own sections. What is wrong stays in `config`, for the one report; a
    /// section that is wrong is read as its default, so that the other findings come out, too.
    pub(super) fn read(config: &Config) -> Self {
        let settings = Self {
            http: or_default(config.section("http")),
            probe: or_default(config.section("probe")),
            admin: or_default(config.section("admin")),
            chaos: Switch::read(config),
            config: or_default(config.section("config")),
            doctor: or_default(config.section("doctor")),
            health: or_default(config.section("health")),
            service: or_default(config.section("service")),
            start: or_default(config.section("start")),
            stop: or_default(config.section("stop")),
            registry: or_default(config.section("registry")),
            telemetry: telemetry::Settings {
                traces: or_default(config.section("traces")),
                metrics: or_default(config.section("metrics")),
                logs: or_default(config.section("logs")),
            },
        };
        settings.compare_listeners(config);
        settings.check_http(config);
        settings
    }

    /// What the schema can't say of `http.overload` and `http.rate_limit`.
    fn check_http(&self, config: &Config) {
        for (key, problem, mend) in crate::http::overload_mistakes(&self.http) {
            config.report(Finding::new(format!("http.{key}"), problem).mend(mend));
        }
    }

    /// Two listeners on one port would only show when the second cannot be opened.
    fn compare_listeners(&self, config: &Config) {
        let listeners = [
            ("http.listen", self.http.listen),
            ("probe.listen", self.probe.listen),
            ("admin.listen", self.admin.listen),
        ];
        for (index, (key, address)) in listeners.iter().enumerate() {
            let mut earlier = listeners[..index].iter();
            if let Some((other, _)) = earlier.find(|(_, other)| collide(*address, *other)) {
                config.report(
                    Finding::new(*key, format!("the same port as {other}"))
                        .expected("a port of its own for each listener")
                        .found(address.to_string())
                        .mend(format!("give {key} another port; 0 takes any free one")),
                );
            }
        }
    }
}

fn or_default<T: Default>(section: Result<T, Findings>) -> T {
    section.unwrap_or_default()
}

fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let overlap =
        one.ip() == other.ip() || one.ip().is_unspecified() || other.ip().is_unspecified();
    one.port() != 0 && one.port() == other.port() && overlap
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Cli, Defaults, Inputs};

    #[test]
    fn every_section_that_is_read_is_listed() {
        let (cli, defaults) = (Cli::default(), Defaults::new("shop"));
        let config = Config::load(&Inputs::none(), &cli, &defaults).unwrap();
        Settings::read(&config);
        let rows = config.effective();
        assert!(!rows.is_empty());
        for row in rows {
            let section = row.key().split('.').next().unwrap();
            assert!(SECTIONS.contains(&section), "{section}");
        }
        assert!(SECTIONS.is_sorted());
    }

    #[test]
    fn a_listing_hides_who_sends_spans_and_with_what() {
        let toml = "traces.url = 'otlp+http://ann:hunter2@collector:4318/?tenant=blue'";
        let (cli, defaults) = (Cli::default(), Defaults::new("shop"));
        let inputs = Inputs::none().file("chassis.toml", toml);
        let config = Config::load(&inputs, &cli, &defaults).unwrap();
        let settings = Settings::read(&config);
        let listing = config.listing();
        assert!(
            listing.contains("otlp+http://***@collector:4318/?***"),
            "{listing}"
        );
        assert!(
            !listing.contains("hunter2") && !listing.contains("blue"),
            "{listing}"
        );
        // Who opens it has all of it; a log line has not.
        let url = settings.telemetry.traces.url;
        assert!(url.expose().contains("hunter2"));
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
