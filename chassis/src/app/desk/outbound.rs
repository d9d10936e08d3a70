//! The right side of a hexagon: clients of other contracts, ports with their adapters, the store.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::inbound;
use super::page::first_paragraph;
use super::policies;
use super::settings::Settings;
use crate::admin::model::{
    Address, Failed, Figures, LeadsTo, Method, Outbound, OutboundKind, PortChange, PortState,
};
use crate::admin::{Asked, Board, millis};
use crate::app::component::{Composed, Leads, Outward, ShownPort, lock};
use crate::discovery::Watch;
use crate::telemetry::Failure;

/// One outbound port, without what changes.
pub(super) struct Outer {
    pub(super) id: String,
    port: Arc<ShownPort>,
    /// The id of each method's numbers.
    methods: Vec<usize>,
    figures: usize,
}

/// How many addresses of a port are shown.
const ADDRESSES: usize = 50;

/// For so long a failure makes a port a failing one.
const FAILING: Duration = Duration::from_secs(30);

impl Outer {
    /// What `component` needs.
    pub(super) fn of(composed: &Composed, component: &str, board: &mut Board) -> Vec<Self> {
        let ports = composed.ports();
        let own = ports.iter().filter(|port| port.component == component);
        let mut named: HashMap<&str, usize> = HashMap::new();
        let mut all: Vec<Self> = Vec::new();
        for port in own {
            let from = board.next();
            let methods = port.calls.recorded();
            let methods = methods
                .into_iter()
                .map(|one| board.add(vec![one]))
                .collect();
            let mut id = format!("{component}/out/{}", port.name());
            // Two adapters may stand behind one port.
            let same = named.entry(port.name()).or_default();
            *same += 1;
            if *same > 1 {
                id = format!("{id}-{same}");
            }
            all.push(Self {
                id,
                port: Arc::clone(port),
                methods,
                figures: board.sum(from..board.next()),
            });
        }
        all
    }

    /// Whether anything of it holds what was searched for.
    pub(super) fn holds(&self, asked: &Asked) -> bool {
        let methods = self.port.methods();
        asked.finds(self.port.name()) || methods.iter().any(|name| asked.finds(name))
    }

    /// As the page shows it now.
    pub(super) fn shown(&self, settings: &Settings, board: &Board, now: SystemTime) -> Outbound {
        let port = &*self.port;
        let (kind, doc, version, path) = match port.what {
            Outward::Port(port, adapter) => (OutboundKind::Port, port.doc, None, adapter),
            Outward::Client(contract) => {
                let how = match port.leads_to {
                    Leads::Remote { .. } => "HTTP",
                    _ => "local",
                };
                (
                    OutboundKind::Client,
                    contract.doc,
                    Some(contract.version),
                    how,
                )
            }
            #[cfg(feature = "sqlite")]
            Outward::Store => (
                OutboundKind::Store,
                "The service's own SQL store.",
                None,
                "SQLite",
            ),
        };
        let figures = board.figures(self.figures);
        Outbound {
            id: self.id.clone(),
            kind,
            name: port.name().to_owned(),
            version: version.map(str::to_owned),
            doc: doc.to_owned(),
            adapter: type_name(path),
            adapter_path: path.to_owned(),
            leads_to: self.leads_to(),
            state: self.state(&figures, now),
            figures,
            methods: self.shown_methods(board),
            policy: lock(&port.policy)
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            policies: policies::standing(&port.guards),
            settings: self.settings(settings),
        }
    }

    /// How it stands now.
    pub(super) fn state(&self, figures: &Figures, now: SystemTime) -> PortState {
        let failures = self.port.calls.failures();
        let watch = match &self.port.leads_to {
            Leads::Remote { watch, .. } => Some(watch),
            _ => None,
        };
        let mut addresses = watch.map_or_else(Vec::new, addresses);
        match &self.port.leads_to {
            Leads::Adapter(place) => {
                addresses.extend(place.addresses.iter().map(|address| named(address)));
            }
            #[cfg(feature = "sqlite")]
            Leads::Store(place) => addresses.push(named(place)),
            _ => {}
        }
        let addresses_total = addresses.len();
        addresses.truncate(ADDRESSES);
        let breaker = policies::breaker(&self.port.guards);
        let (name, why) = stands(watch, breaker, &failures, figures, now);
        PortState {
            name,
            why,
            breaker,
            addresses,
            addresses_total,
            known_since_unix_ms: match watch {
                Some(watch) => watch.since().map(unix_ms),
                None => (addresses_total > 0).then(|| unix_ms(self.port.since)),
            },
            failures: failures.iter().map(failed).collect(),
        }
    }

    /// The same, with the id that it is known by.
    pub(super) fn change(&self, board: &Board, now: SystemTime) -> PortChange {
        PortChange {
            id: self.id.clone(),
            state: self.state(&board.figures(self.figures), now),
        }
    }

    fn leads_to(&self) -> LeadsTo {
        match (&self.port.leads_to, self.port.what) {
            (Leads::Local { component, .. }, Outward::Client(contract)) => LeadsTo::Component {
                name: component.clone(),
                port: inbound::id(component, contract),
                url: self.port.leads_to().to_owned(),
            },
            (Leads::Remote { watch, .. }, _) => LeadsTo::Service {
                name: watch.service().to_owned(),
                origin: self.port.leads_to().to_owned(),
            },
            _ => LeadsTo::Adapter,
        }
    }

    fn shown_methods(&self, board: &Board) -> Vec<Method> {
        let figures = |index: usize| board.figures(self.methods.get(index).copied().unwrap_or(0));
        match self.port.what {
            Outward::Port(port, _) => {
                let methods = port.methods.iter().enumerate();
                let shown = |(index, method): (usize, &crate::port::PortMethod)| Method {
                    name: method.name.to_owned(),
                    summary: first_paragraph(method.doc),
                    route: None,
                    idempotent: method.idempotent,
                    figures: figures(index),
                };
                methods.map(shown).collect()
            }
            Outward::Client(contract) => {
                let methods = contract.methods.iter().enumerate();
                let shown = |(index, method): (usize, &crate::contract::MethodInfo)| Method {
                    name: method.name.to_owned(),
                    summary: first_paragraph(method.doc),
                    route: Some(format!("{} {}", method.verb, method.path)),
                    idempotent: method.is_repeatable(),
                    figures: figures(index),
                };
                methods.map(shown).collect()
            }
            #[cfg(feature = "sqlite")]
            Outward::Store => Vec::new(),
        }
    }

    fn settings(&self, settings: &Settings) -> Vec<crate::admin::model::Setting> {
        let component = &self.port.component;
        match self.port.what {
            Outward::Port(info, _) => match &self.port.leads_to {
                Leads::Adapter(place) => settings.port(component, info.name, place),
                _ => Vec::new(),
            },
            Outward::Client(contract) => {
                let remote = matches!(self.port.leads_to, Leads::Remote { .. });
                settings.client(component, contract.name, remote)
            }
            #[cfg(feature = "sqlite")]
            Outward::Store => settings.store(component),
        }
    }
}

/// In one word, and why.
fn stands(
    watch: Option<&Watch>,
    breaker: Option<&'static str>,
    failures: &[Failure],
    figures: &Figures,
    now: SystemTime,
) -> (&'static str, Option<String>) {
    let last = failures.first().filter(|failure| {
        let age = now.duration_since(failure.at).unwrap_or_default();
        age < FAILING
    });
    if watch.is_some_and(|watch| watch.snapshot().instances.is_empty()) {
        ("no-instance", Some("no instance is known".to_owned()))
    } else if let Some(word) = breaker.filter(|word| word.ends_with("open")) {
        ("failing", Some(format!("its circuit breaker is {word}")))
    } else if let Some(last) = last {
        let why = format!("{} failed: {}", last.method, last.error_type);
        ("failing", Some(why))
    } else if let Some(why) = watch.and_then(Watch::stale) {
        ("stale", Some(why.to_string()))
    } else if figures.calls == 0 {
        ("idle", None)
    } else {
        ("ok", None)
    }
}

/// An address that is only known by its name.
fn named(address: &str) -> Address {
    Address {
        address: address.to_owned(),
        id: String::new(),
        zone: None,
        weight: 1,
    }
}

fn addresses(watch: &Watch) -> Vec<Address> {
    let snapshot = watch.snapshot();
    let address = |instance: &crate::discovery::Instance| Address {
        address: instance.address.to_string(),
        id: instance.id.clone(),
        zone: instance.zone.clone(),
        weight: instance.weight,
    };
    snapshot.instances.iter().map(address).collect()
}

fn failed(failure: &Failure) -> Failed {
    Failed {
        at_unix_ms: unix_ms(failure.at),
        method: failure.method.to_owned(),
        error_type: failure.error_type.to_string(),
        trace_id: failure.trace_id.to_string(),
    }
}

/// A type without the paths of it and of its parameters: `SqlStock`, `Cached<SqlStock>`.
fn type_name(path: &str) -> String {
    let mut name = String::new();
    for part in path.split_inclusive(['<', '>', ',', ' ', '&', '(', ')']) {
        name.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    name
}

pub(super) fn unix_ms(at: SystemTime) -> u64 {
    millis(at.duration_since(UNIX_EPOCH).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::type_name;

    #[test]
    fn types_are_shown_without_their_paths() {
        assert_eq!(type_name("shop::sql::SqlStock"), "SqlStock");
        let nested = "a::Cached<b::c::SqlStock, alloc::sync::Arc<d::Clock>>";
        assert_eq!(type_name(nested), "Cached<SqlStock, Arc<Clock>>");
        assert_eq!(type_name("HTTP/1.1"), "HTTP/1.1");
    }
}
