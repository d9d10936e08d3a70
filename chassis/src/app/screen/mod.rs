//! What is said once the service is ready: at most eleven lines on a terminal, one event of the log
//! elsewhere. What a program announces itself comes after it.

mod lines;
#[cfg(test)]
mod tests;

use std::io::IsTerminal;
use std::time::Duration;

use super::component::ShownPort;
use super::listeners::Listener;
use super::live::Live;
use super::plain;
use super::start::Plan;
use crate::admin::Token;
use crate::config::Config;
use crate::health::CheckState;
use crate::telemetry;

/// What a person wants to know of a service that has just started.
#[derive(Debug, Clone, Default)]
pub(super) struct Screen {
    pub(super) name: String,
    /// Its own version, where it has said one.
    pub(super) version: Option<String>,
    pub(super) profile: String,
    /// The components, where several are composed.
    pub(super) components: Vec<String>,
    /// The kind and URL of each listener.
    pub(super) listeners: Vec<(Listener, String)>,
    /// How to get the admin token.
    pub(super) token: String,
    /// What each port is bound to, in the order of composing.
    pub(super) ports: Vec<Port>,
    /// What is away though it is wanted.
    pub(super) missing: Vec<String>,
    pub(super) took: Duration,
}

/// A port or client, and what it is bound to.
#[derive(Debug, Clone)]
pub(super) struct Port {
    pub(super) component: String,
    pub(super) name: String,
    pub(super) leads_to: String,
}

/// Where the screen goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// A person at a terminal.
    Person {
        /// Whether the terminal shows colours, and they are wanted.
        color: bool,
    },
    /// A pipe, a file, a collector.
    Machine,
}

impl Reader {
    /// Who reads standard output now.
    pub(super) fn now() -> Self {
        match std::io::stdout().is_terminal() {
            true => Self::Person {
                color: telemetry::is_color_wanted(),
            },
            false => Self::Machine,
        }
    }
}

impl Screen {
    /// The part that is known before the start.
    pub(super) fn of(plan: &Plan, live: &Live) -> Self {
        let mut attributes = live.telemetry.resource().attributes();
        let version = attributes.find(|(key, _)| *key == "service.version");
        let components = match plan.composed {
            true => plan.services.iter().map(|(name, _)| name.clone()).collect(),
            false => Vec::new(),
        };
        Self {
            name: plan.name.clone(),
            version: version.map(|(_, version)| version.to_owned()),
            profile: plan.config.profile().to_owned(),
            components,
            ..Self::default()
        }
    }

    /// The whole, now that it is ready.
    pub(super) fn ready(mut self, live: &Live, config: &Config, took: Duration) -> Self {
        self.listeners = live.listeners.kinds().collect();
        self.token = token(live, config);
        if let Some(composed) = &live.composed {
            self.ports = composed.ports().iter().map(|port| Port::of(port)).collect();
            let names = &self.components;
            self.ports
                .sort_by_key(|port| names.iter().position(|name| *name == port.component));
        }
        self.missing = missing(live);
        self.took = took;
        self
    }

    /// The one event of the log that says all of it.
    pub(super) fn log(&self, listeners: &str) {
        let listeners = listeners.replace('\n', ", ");
        let ports: Vec<String> = self.ports.iter().map(|port| port.text(true)).collect();
        let took_ms = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX);
        tracing::info!(
            listeners,
            version = self.version.as_deref().unwrap_or_default(),
            chassis = env!("CARGO_PKG_VERSION"),
            profile = self.profile,
            ports = ports.join(", "),
            missing = self.missing.join(", "),
            token = self.token,
            took_ms,
            "ready"
        );
    }
}

impl Port {
    fn of(port: &ShownPort) -> Self {
        Self {
            component: plain::clean(&port.component),
            name: plain::clean(port.name()),
            leads_to: plain::clean(port.leads_to()),
        }
    }

    /// `orders: stock-store -> SqlStock`.
    fn text(&self, with_component: bool) -> String {
        let Self {
            component,
            name,
            leads_to,
        } = self;
        match with_component {
            true => format!("{component}: {name} -> {leads_to}"),
            false => format!("{name} -> {leads_to}"),
        }
    }
}

/// Where the admin token is; its text is never shown.
fn token(live: &Live, config: &Config) -> String {
    let file = Token::file_in(&config.state_dir());
    match &live.settings.admin.token {
        Some(_) => "the one that admin.token configures".to_owned(),
        None if file.is_file() => plain::clean(&file.display().to_string()),
        None => "none: the state folder cannot be written (admin.token sets one)".to_owned(),
    }
}

/// What is away: services without an instance, checks that are not up, a registry that is lost.
fn missing(live: &Live) -> Vec<String> {
    let mut missing = Vec::new();
    for awaited in &live.awaited {
        let (contract, watch) = (awaited.contract, &awaited.watch);
        if let Some(why) = watch.stale() {
            missing.push(format!("the registry is lost ({why})"));
        }
        if watch.snapshot().instances.is_empty() {
            let service = watch.service();
            missing.push(format!("{contract}: no instance of {service} is known yet"));
        }
    }
    for check in live.health.report() {
        let why = match (check.state, check.failure) {
            (CheckState::Up, _) => continue,
            (CheckState::Unknown, _) => "has not answered yet".to_owned(),
            (CheckState::Down, why) => why.unwrap_or_else(|| "is down".to_owned()),
        };
        missing.push(format!("{}: {why}", check.name));
    }
    missing.sort();
    missing.dedup();
    missing.iter().map(|text| plain::clean(text)).collect()
}
