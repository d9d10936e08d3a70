//! Clients by URL, for services that have no contract here.

use std::any::TypeId;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::clients::{changed, policy, report};
use super::component::{
    Calls, Component, Guards, Leads, Outward, ShownPort, lock, shown as shared,
};
use crate::http::Client;
use crate::{Error, Result};

/// The clients of one component, by name.
type Clients = BTreeMap<String, Client>;

/// `app.http("payments-api")`. Each component makes the client of a name once.
pub(super) fn http(component: &Component, name: &str) -> Result<Client> {
    let key = TypeId::of::<Clients>();
    let known = lock(&component.clients)
        .get(&key)
        .and_then(|clients| clients.downcast_ref::<Clients>()?.get(name).cloned());
    if let Some(client) = known {
        return Ok(client);
    }
    let settings = Client::configured(&component.config, name).map_err(Error::configuration)?;
    let shown_policy = shared(policy(&settings));
    let client = Client::open(name, settings, &component.telemetry)
        .inspect_err(|error| report(component, name, error))?;
    component.composed.ask(client.name());
    if let Some(shown) = client.shown() {
        component.composed.show(ShownPort {
            component: component.name.clone(),
            what: Outward::Client(shown.contract),
            leads_to: Leads::Remote {
                origin: shown.url.clone(),
                written: Some(shown.url),
                watch: shown.watch,
            },
            since: component.telemetry.env().wall(),
            calls: Calls::Http(shown.observed),
            policy: Arc::clone(&shown_policy),
            guards: Guards {
                stack: Some(shown.stack),
                endpoints: Some(shown.endpoints),
            },
        });
    }
    let (follows, first) = (client.clone(), client.settings());
    component.composed.follow(&component.config, move |new| {
        let settings = changed(new, follows.contract(), &first);
        let (client, seen) = (follows.clone(), Arc::clone(&shown_policy));
        Box::new(move || {
            // What cannot work was found before, and then nothing is applied.
            let _ = client.update(&settings);
            *lock(&seen) = policy(&settings);
        })
    });
    let mut all = lock(&component.clients);
    let clients = all.entry(key).or_insert_with(|| Box::new(Clients::new()));
    if let Some(clients) = clients.downcast_mut::<Clients>() {
        clients.insert(name.to_owned(), client.clone());
    }
    Ok(client)
}
