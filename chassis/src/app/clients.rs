//! Clients: made while composing, bound when everything is composed.

use std::any::TypeId;
use std::sync::Arc;
use std::time::Duration;

use super::component::{Calls, Component, Composed, Leads, NeededClient, Outward, ShownPort, lock};
use crate::config::{Config, Finding, HumanDuration};
use crate::contract::{Bound, Contract, ContractInfo, Link, Loopback};
use crate::discovery::{Registry, Watch};
use crate::http::client::{HttpTransport, Remote, Settings, Target};
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
    telemetry: Telemetry,
    settings: Settings,
    /// `None`: local where it is served here, else by the contract's name.
    target: Option<Target>,
    health: crate::health::Health,
}

/// `app.client::<dyn C>()`. Each component makes the client of a contract once.
pub(super) fn client<C: Contract + ?Sized>(component: &Component) -> Result<Arc<C>> {
    let known = lock(&component.clients)
        .get(&TypeId::of::<C>())
        .and_then(|client| client.downcast_ref::<Arc<C>>().cloned());
    if let Some(client) = known {
        return Ok(client);
    }
    let name = C::info().name;
    component.composed.ask(name);
    let settings = Settings::read(&component.config, name).map_err(Error::configuration)?;
    let target = settings
        .url
        .as_deref()
        .map(|url| Target::parse(name, url))
        .transpose()
        .inspect_err(|error| {
            let key = format!("client.{name}.url");
            component.config.report(Finding::of(&key, error));
        })?;
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
        telemetry: component.telemetry.clone(),
        settings,
        target,
        health: component.health.clone(),
    };
    component
        .composed
        .bind_later(Box::new(|composed, registry| {
            draft.bind(composed, registry)
        }));
    lock(&component.clients).insert(TypeId::of::<C>(), Box::new(Arc::clone(&client)));
    Ok(client)
}

/// Reports the sections `[client.NAME]` of clients that nobody has, once all is composed.
pub(super) fn report_unknown(config: &Config, composed: &Composed, components: &[String]) {
    if config.is_partial() {
        return;
    }
    let asked = composed.asked();
    let mut known = vec![];
    for row in config.effective() {
        let own = components
            .iter()
            .find_map(|name| row.key().strip_prefix(&format!("{name}.")));
        let Some((name, _)) = own
            .unwrap_or(row.key())
            .strip_prefix("client.")
            .and_then(|rest| rest.split_once('.'))
        else {
            continue;
        };
        let is_asked = |asked: &&str| asked.replace('-', "_") == name.replace('-', "_");
        if row.is_default() || known.contains(&name.to_owned()) || asked.iter().any(is_asked) {
            continue;
        }
        known.push(name.to_owned());
        let key = row
            .key()
            .rsplit_once('.')
            .map_or(row.key(), |(section, _)| section);
        let clients = match asked.is_empty() {
            true => "none".to_owned(),
            false => asked.join(", "),
        };
        let finding = Finding::new(key, "no composition root asks for a client of this name")
            .at(row.origin().clone())
            .expected(format!(
                "a contract that `app.client` is asked for: {clients}"
            ))
            .mend("correct the name, or remove the section");
        config.report(finding);
    }
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
        let leads_to = Leads::Local {
            component: callee.resource().name().to_owned(),
            encode,
        };
        let policy = vec![("deadline", "what the caller has left".to_owned())];
        self.show(composed, leads_to, Calls::Here(observer), policy);
        self.link.bind(if encode {
            Bound::Remote(Arc::new(Loopback::new(service).with_crossing(crossing)))
        } else {
            Bound::Local { service, crossing }
        });
        None
    }

    fn bind_remote(self, composed: &Composed, registry: &dyn Registry, target: Target) -> Remotely {
        let contract = C::info();
        let written = matches!(target, Target::Written { .. }).then(|| target.to_string());
        let remote = target.remote(contract.name, registry)?;
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
        let transport = HttpTransport::new(contract, remote, settings, telemetry);
        let calls = Calls::Http(transport.observed());
        self.show(composed, leads_to, calls, policy(&self.settings));
        self.link.bind(Bound::Remote(Arc::new(transport)));
        Some(Awaited {
            contract: contract.name,
            watch,
        })
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
        policy: Vec<(&'static str, String)>,
    ) {
        composed.show(ShownPort {
            component: self.component.clone(),
            what: Outward::Client(C::info()),
            leads_to,
            calls,
            policy,
        });
    }
}

/// What holds for a client's calls, for people.
fn policy(settings: &Settings) -> Vec<(&'static str, String)> {
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

fn nobody_here(contract: &ContractInfo) -> Error {
    let name = contract.name;
    Error::configuration(format!(
        "client.{name}.url: `local:`, but nothing in this process serves {name}; compose it, or say \
         registry:{name} or http://HOST:PORT"
    ))
}
