//! Clients: made while composing, bound when everything is composed.

use std::any::TypeId;
use std::sync::Arc;
use std::time::Duration;

use super::component::{
    Calls, Component, Composed, Guards, Leads, NeededClient, Outward, Shown, ShownPort, lock, shown,
};
use super::unknown::{Unknown, read_unasked};
use crate::config::{Config, Finding, HumanDuration};
use crate::contract::{Bound, Contract, ContractInfo, Link, Loopback, Transport};
use crate::discovery::{Registry, Watch};
use crate::http::client::ClientSettings;
use crate::http::client::{Cached, HttpTransport, Remote, Settings, Standby, Target, open_tls};
use crate::http::tls::ClientTls;
use crate::policy::stack::Mistake;
use crate::port::Crossing;
use crate::telemetry::{PortObserver, Telemetry};
use crate::{Error, Result};

/// Binds one client, once everything is composed and the registry is open.
pub(super) type Binding = Box<dyn FnOnce(&Composed, &dyn Registry) -> Result<Remotely> + Send>;

/// What a bound client waits for: the instances of a service elsewhere, if it leads elsewhere.
pub(super) type Remotely = Option<Awaited>;

/// The instances of a service that a client leads to.
pub(super) struct Awaited {
    pub(super) contract: &'static str,
    pub(super) watch: Watch,
}

/// A client, on its way to being bound.
struct Draft<C: ?Sized> {
    link: Link<C>,
    component: String,
    config: Config,
    telemetry: Telemetry,
    settings: Settings,
    /// `None`: local where it is served here, else by the contract's name.
    target: Option<Target>,
    /// Where the target is encrypted.
    tls: Option<ClientTls>,
    health: crate::health::Health,
    fallback: Option<Arc<C>>,
}

/// `app.client::<dyn C>()`. Each component makes the client of a contract once.
pub(super) fn client<C: Contract + ?Sized>(component: &Component) -> Result<Arc<C>> {
    client_with(component, None)
}

/// `app.client_with_fallback::<dyn C>(…)`, or without one.
pub(super) fn client_with<C: Contract + ?Sized>(
    component: &Component,
    fallback: Option<Arc<C>>,
) -> Result<Arc<C>> {
    let name = C::info().name;
    let known = lock(&component.clients)
        .get(&TypeId::of::<C>())
        .and_then(|client| client.downcast_ref::<Arc<C>>().cloned());
    match known {
        Some(client) if fallback.is_none() => return Ok(client),
        Some(_) => return Err(too_late_for_a_fallback(name)),
        None => {}
    }
    component.composed.ask(name);
    let settings = Settings::of(&component.config, C::info()).map_err(Error::configuration)?;
    let target = settings
        .url
        .as_deref()
        .map(|url| Target::parse(name, url))
        .transpose()
        .inspect_err(|error| report(component, name, error))?;
    let tls = match &target {
        Some(target) if target.is_encrypted() => Some(
            open_tls(name, &settings)
                .map_err(Error::configuration)
                .inspect_err(|error| report(component, name, error))?,
        ),
        _ => None,
    };
    component.composed.needs().clients.push(NeededClient {
        component: component.name.clone(),
        contract: C::info(),
        target: target.clone(),
        settings: settings.clone(),
    });
    let link = Link::<C>::unbound();
    let client = C::connect(link.clone());
    let draft = Draft {
        link,
        component: component.name.clone(),
        config: component.config.clone(),
        telemetry: component.telemetry.clone(),
        settings,
        target,
        tls,
        health: component.health.clone(),
        fallback,
    };
    component
        .composed
        .bind_later(Box::new(|composed, registry| {
            draft.bind(composed, registry)
        }));
    lock(&component.clients).insert(TypeId::of::<C>(), Box::new(Arc::clone(&client)));
    Ok(client)
}

/// Adds what is wrong with the client called `name`, `client.NAME.url: …`, to what is reported of the
/// configuration.
pub(super) fn report(component: &Component, name: &str, error: &Error) {
    let text = error.to_string();
    let own = format!("client.{name}.");
    let (key, problem) = match text.split_once(": ") {
        Some((key, problem)) if key.starts_with(&own) => (key.to_owned(), problem),
        _ => (format!("{own}url"), text.as_str()),
    };
    component.config.report(Finding::new(&key, problem));
}

/// Reports the sections `[client.NAME]` of clients that nobody has, once all is composed.
pub(super) fn report_unknown(config: &Config, composed: &Composed, components: &[String]) {
    // What holds for all clients may stand there before there is one: it is read, whoever asks.
    read_unasked::<ClientSettings>(config, "client", components);
    let unknown = Unknown {
        section: "client",
        known: composed.asked(),
        fault: "no composition root asks for a client of this name",
        expected: "a contract that `app.client` is asked for",
    };
    unknown.report(config, components);
}

impl<C: Contract + ?Sized> Draft<C> {
    fn bind(self, composed: &Composed, registry: &dyn Registry) -> Result<Remotely> {
        let contract = C::info();
        match (self.target.clone(), composed.local::<C>()) {
            (None, Some(served)) => Ok(self.bind_local(composed, served, false)),
            (Some(Target::Local { encode }), Some(served)) => {
                Ok(self.bind_local(composed, served, encode))
            }
            (Some(Target::Local { .. }), None) => Err(nobody_here(contract)),
            (None, None) => Ok(self.bind_remote(
                composed,
                registry,
                Target::Registry(contract.name.to_owned()),
            )),
            (Some(target), _) => Ok(self.bind_remote(composed, registry, target)),
        }
    }

    fn bind_local(
        self,
        composed: &Composed,
        (service, callee): (Arc<C>, Telemetry),
        encode: bool,
    ) -> Remotely {
        let contract = C::info();
        let methods = contract.methods.iter().map(|method| method.name);
        let observer = PortObserver::new(&self.telemetry, contract.name, methods);
        let observer = Arc::new(observer.served_by(&callee));
        let env = self.telemetry.env().clone();
        let crossing = Crossing::new(contract.name, Arc::clone(&observer) as _, env);
        let crossing = crossing.with_keys(contract.methods.iter().map(|method| method.idempotent));
        let leads_to = Leads::Local {
            component: callee.resource().name().to_owned(),
            encode,
        };
        let policy = shown(vec![("deadline", "what the caller has left".to_owned())]);
        self.show(
            composed,
            leads_to,
            Calls::Here(observer),
            policy,
            Guards::default(),
        );
        if !encode && self.fallback.is_none() {
            self.link.bind(Bound::Local { service, crossing });
            return None;
        }
        // A fallback is asked with the call as it was: values that were passed are gone.
        let loopback = Loopback::new(service).with_crossing(crossing);
        self.bind_transport(Arc::new(loopback));
        None
    }

    fn bind_remote(self, composed: &Composed, registry: &dyn Registry, target: Target) -> Remotely {
        let contract = C::info();
        let written = matches!(target, Target::Written { .. }).then(|| target.to_string());
        // Thousands of addresses say less than where they are written.
        let written = written.filter(|text| text.len() <= WRITTEN);
        let remote = target.remote(contract.name, registry)?;
        // Who else calls from which zone.
        let remote = match &self.settings.zone {
            Some(_) => remote.with_peers(registry.watch(&self.component)),
            None => remote,
        };
        let remote = match self.tls.clone() {
            Some(tls) => remote.with_tls(tls),
            None => remote,
        };
        let watch = remote.watch().clone();
        let leads_to = Leads::Remote {
            origin: remote.origin().to_owned(),
            written,
            watch: watch.clone(),
        };
        if self.settings.required {
            self.require(contract, &remote);
        }
        let (settings, telemetry) = (self.settings.clone(), self.telemetry.clone());
        let transport = HttpTransport::new(contract, remote, settings, telemetry)
            .with_chaos(composed.chaos.clone());
        let chaos = composed.chaos.describe(contract.name);
        let policy = Followed {
            contract,
            settings: self.settings.clone(),
            chaos: chaos.map(|what| ("CHAOS", what)),
        }
        .follow(composed, &self.config, transport.adjust());
        let calls = Calls::Http(transport.observed());
        let guards = Guards {
            stack: Some(Arc::clone(transport.stack())),
            endpoints: Some(transport.endpoints()),
        };
        self.show(composed, leads_to, calls, policy, guards);
        let cache = &self.settings.policies.cache;
        self.bind_transport(Cached::around(transport, contract, cache, &self.telemetry));
        Some(Awaited {
            contract: contract.name,
            watch,
        })
    }

    /// Binds it to `transport`, with its fallback behind it.
    fn bind_transport(&self, transport: Arc<dyn Transport>) {
        self.link.bind(Bound::Remote(match &self.fallback {
            None => transport,
            Some(fallback) => {
                Standby::around::<C>(transport, Arc::clone(fallback), &self.telemetry)
            }
        }));
    }

    /// Readiness waits for an instance. Only because the configuration says so: else one failure
    /// would drain every caller.
    fn require(&self, contract: &'static ContractInfo, remote: &Remote) {
        let watch = remote.watch().clone();
        self.health
            .check(&format!("client {}", contract.name), move || {
                let known = !watch.snapshot().instances.is_empty();
                let service = watch.service().to_owned();
                async move {
                    match known {
                        true => Ok(()),
                        false => Err(Error::unavailable(format!(
                            "no instance of {service} is known"
                        ))),
                    }
                }
            });
    }

    fn show(
        &self,
        composed: &Composed,
        leads_to: Leads,
        calls: Calls,
        policy: Shown,
        guards: Guards,
    ) {
        composed.show(ShownPort {
            component: self.component.clone(),
            what: Outward::Client(C::info()),
            leads_to,
            since: self.telemetry.env().wall(),
            calls,
            policy,
            guards,
        });
    }
}

/// A client whose policies change with the configuration.
struct Followed {
    contract: &'static ContractInfo,
    /// As they were when it was made.
    settings: Settings,
    /// What its calls suffer on purpose, to be shown.
    chaos: Option<(&'static str, String)>,
}

impl Followed {
    /// Has `adjust` take what changes; gives what is shown of it.
    fn follow(
        self,
        composed: &Composed,
        config: &Config,
        adjust: impl Fn(&Settings) -> std::result::Result<(), Mistake> + Clone + Send + 'static,
    ) -> Shown {
        let policy = shown(self.shown(&self.settings));
        let seen = Arc::clone(&policy);
        composed.follow(config, move |new| {
            let settings = changed(new, self.contract, &self.settings);
            let (adjust, seen) = (adjust.clone(), Arc::clone(&seen));
            let words = self.shown(&settings);
            Box::new(move || {
                // What cannot work was found before, and then nothing is applied.
                let _ = adjust(&settings);
                *lock(&seen) = words;
            })
        });
        policy
    }

    fn shown(&self, settings: &Settings) -> Vec<(&'static str, String)> {
        let mut all = policy(settings);
        all.extend(self.chaos.clone());
        all
    }
}

/// What a client that was made with `old` takes of a new configuration; what is wrong is reported.
pub(super) fn changed(new: &Config, contract: &ContractInfo, old: &Settings) -> Settings {
    // What its types refuse is kept with the rest by reading it.
    let Ok(read) = Settings::read(new, contract.name) else {
        return old.clone();
    };
    let settings = old.following(read);
    for finding in settings.findings(new, contract) {
        new.report(finding);
    }
    settings
}

/// A longer list of instances is not shown where a port is named.
const WRITTEN: usize = 100;

/// What holds for a client's calls, for people.
pub(super) fn policy(settings: &Settings) -> Vec<(&'static str, String)> {
    let time = |duration: Duration| HumanDuration::from(duration).to_string();
    let attempt = settings.attempt_timeout.map(time);
    let required = if settings.required { "yes" } else { "no" };
    vec![
        ("total timeout", time(settings.total_timeout)),
        (
            "attempt timeout",
            attempt.unwrap_or_else(|| "the method's own, else 10s".to_owned()),
        ),
        ("connect timeout", time(settings.connect_timeout)),
        (
            "connections an instance",
            settings.max_connections.to_string(),
        ),
        ("calls waiting at most", settings.max_waiting.to_string()),
        ("answer at most", format!("{} bytes", settings.max_answer)),
        ("readiness waits for it", required.to_owned()),
    ]
}

fn too_late_for_a_fallback(name: &str) -> Error {
    Error::bug(format!(
        "app.client_with_fallback: a client of {name} was made before without it; make it once, \
         with its fallback, and share it"
    ))
}

fn nobody_here(contract: &ContractInfo) -> Error {
    let name = contract.name;
    Error::configuration(format!(
        "client.{name}.url: `local:`, but nothing in this process serves {name}; compose it, or say \
         registry:{name} or http://HOST:PORT"
    ))
}
