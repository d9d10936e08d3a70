//! The same text wherever a text can stand.

use super::failing;
use crate::admin::model::{Hexagon, Inbound, LeadsTo, Outbound, Setting};

/// The shop with this text wherever it has one.
pub(in crate::admin::page::tests) fn with_texts(text: &str) -> Hexagon {
    let t = || text.to_owned();
    let mut shop = failing();
    (shop.service, shop.version, shop.profile) = (t(), Some(t()), t());
    (shop.instance, shop.log_level, shop.find) = (t(), t(), Some(t()));
    shop.token.file = Some(t());
    shop.state.why = vec![t()];
    for check in &mut shop.health {
        (check.component, check.name, check.failure) = (t(), t(), Some(t()));
    }
    for request in shop.slow.iter_mut().chain(&mut shop.failed) {
        (request.component, request.method, request.route) = (t(), t(), t());
        (request.error_type, request.trace_id, request.peer) = (Some(t()), t(), Some(t()));
    }
    for component in &mut shop.components {
        component.name = t();
        component
            .inbound
            .iter_mut()
            .for_each(|port| inbound_texts(port, text));
        component
            .outbound
            .iter_mut()
            .for_each(|port| outbound_texts(port, text));
    }
    shop
}

fn inbound_texts(port: &mut Inbound, text: &str) {
    let t = || text.to_owned();
    (port.id, port.name, port.version) = (t(), t(), Some(t()));
    (port.doc, port.source) = (t(), Some(t()));
    port.settings = vec![setting_of(text)];
    for route in &mut port.routes {
        (route.method, route.path, route.name) = (t(), t(), t());
        (route.summary, route.source, route.operation) = (t(), Some(t()), Some(t()));
        route
            .policy
            .iter_mut()
            .for_each(|policy| policy.since = Some(t()));
    }
}

fn outbound_texts(port: &mut Outbound, text: &str) {
    let t = || text.to_owned();
    (port.id, port.name, port.version, port.doc) = (t(), t(), Some(t()), t());
    (port.adapter, port.adapter_path) = (t(), t());
    port.policy = vec![(t(), t())];
    port.settings = vec![setting_of(text)];
    port.state.why = Some(t());
    port.leads_to = LeadsTo::Service {
        name: t(),
        origin: t(),
    };
    for method in &mut port.methods {
        (method.name, method.summary, method.route) = (t(), t(), Some(t()));
    }
    for address in &mut port.state.addresses {
        (address.address, address.id, address.zone) = (t(), t(), Some(t()));
    }
    for failure in &mut port.state.failures {
        (failure.method, failure.error_type, failure.trace_id) = (t(), t(), t());
    }
}

fn setting_of(text: &str) -> Setting {
    Setting {
        key: text.to_owned(),
        value: Some(text.to_owned()),
        source: text.to_owned(),
    }
}
