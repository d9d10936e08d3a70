//! What they are made of.

use crate::admin::model::{
    Address, Component, Failed, Figures, Hexagon, Inbound, InboundKind, LeadsTo, Method, Outbound,
    OutboundKind, Policies, PolicyEvent, PortState, Request, Route, RoutePolicy, Setting, State,
    StateName, TokenHint,
};
use crate::health::{CheckReport, CheckState};

const NOW: u64 = 1_795_264_800_000;

pub(super) fn composed(name: &str, mut components: Vec<Component>) -> Hexagon {
    for component in &mut components {
        component.outbound_total = component.outbound.len();
    }
    Hexagon {
        service: name.to_owned(),
        version: Some("0.1.0".to_owned()),
        profile: "dev".to_owned(),
        instance: "7f3a".to_owned(),
        at_unix_ms: NOW,
        started_unix_ms: NOW - 312_000,
        state: State {
            name: StateName::Ready,
            why: Vec::new(),
        },
        log_level: "info".to_owned(),
        token: TokenHint {
            is_on: true,
            file: Some("~/.local/state/chassis/shop/admin.token".to_owned()),
        },
        components,
        health: vec![check("store", 2), check("disk", 0)],
        slow: (0..3).map(|index| request(index, 200, 1_240.0)).collect(),
        slow_from_ms: 500,
        failed: (0..2).map(|index| request(index, 503, 12.4)).collect(),
        find: None,
        chosen: None,
    }
}

pub(super) fn named(name: &str, inbound: Vec<Inbound>) -> Component {
    Component {
        name: name.to_owned(),
        inbound_total: inbound.len(),
        inbound,
        outbound: Vec::new(),
        outbound_total: 0,
    }
}

pub(super) fn component(name: &str, next: &mut usize, contract: &str, routes: usize) -> Component {
    named(name, vec![offered(name, next, contract, routes)])
}

pub(super) fn offered(component: &str, next: &mut usize, contract: &str, routes: usize) -> Inbound {
    let routes: Vec<Route> = (0..routes)
        .map(|index| route(next, contract, index))
        .collect();
    Inbound {
        id: format!("{component}/in/{}-v1", contract.to_lowercase()),
        kind: InboundKind::Contract,
        name: contract.to_owned(),
        version: Some("1".to_owned()),
        doc: format!("What {component} does for others."),
        source: Some(format!("{component}/contract/src/lib.rs:12")),
        figures: figures(next),
        routes_total: routes.len(),
        routes,
        settings: vec![setting("http.listen", "127.0.0.1:8080")],
    }
}

pub(super) fn route(next: &mut usize, contract: &str, index: usize) -> Route {
    let is_get = index.is_multiple_of(2);
    Route {
        method: if is_get { "GET" } else { "POST" }.to_owned(),
        path: format!("/v1/{}/{{id}}/{index}", contract.to_lowercase()),
        name: format!("method{index}"),
        summary: "One of them.".to_owned(),
        source: None,
        policy: Some(RoutePolicy {
            timeout_ms: 10_000,
            max_body_bytes: (!is_get).then_some(2 * 1_024 * 1_024),
            idempotent: is_get,
            cancelled_with_caller: is_get,
            deprecated: false,
            since: None,
        }),
        operation: Some(format!("{contract}.method{index}")),
        figures: figures(next),
    }
}

pub(super) fn adapted(component: &str, next: &mut usize, name: &str, adapter: &str) -> Outbound {
    Outbound {
        id: format!("{component}/out/{}", name.to_lowercase()),
        kind: OutboundKind::Port,
        name: name.to_owned(),
        version: None,
        doc: "Keeps what must not be forgotten.".to_owned(),
        adapter: adapter.to_owned(),
        adapter_path: format!("{component}_service::sql::{adapter}"),
        leads_to: LeadsTo::Adapter,
        state: PortState {
            name: "ok",
            why: None,
            breaker: Some("closed"),
            addresses: Vec::new(),
            addresses_total: 0,
            known_since_unix_ms: None,
            failures: Vec::new(),
        },
        figures: figures(next),
        methods: vec![method(next, "load"), method(next, "save")],
        policy: vec![("Timeout".to_owned(), "5 s".to_owned())],
        policies: Some(Policies {
            standing: vec![("breaker".to_owned(), "closed".to_owned())],
            has_breaker: true,
            events: vec![PolicyEvent {
                at_unix_ms: NOW - 4_000,
                what: "the circuit breaker is closed: somebody reset it".to_owned(),
            }],
        }),
        settings: Vec::new(),
    }
}

pub(super) fn joined(component: &str, next: &mut usize, contract: &str, target: &str) -> Outbound {
    let mut port = adapted(component, next, contract, "local");
    port.kind = OutboundKind::Client;
    port.version = Some("1".to_owned());
    port.leads_to = LeadsTo::Component {
        name: target.to_owned(),
        port: format!("{target}/in/{}-v1", contract.to_lowercase()),
        url: "local:".to_owned(),
    };
    port.settings = vec![setting(&format!("client.{target}.url"), "local:")];
    port
}

pub(super) fn store(component: &str, next: &mut usize) -> Outbound {
    let mut port = adapted(component, next, "sqlite", "SQLite");
    port.kind = OutboundKind::Store;
    kept(port, &format!("sqlite:{component}.db"))
}

/// The same at this address.
pub(super) fn kept(mut port: Outbound, address: &str) -> Outbound {
    port.state.addresses = vec![Address {
        address: address.to_owned(),
        id: String::new(),
        zone: None,
        weight: 1,
    }];
    port.state.addresses_total = 1;
    port.state.known_since_unix_ms = Some(NOW - 300_000);
    port.settings = vec![setting("store.url", address)];
    port
}

pub(super) fn method(next: &mut usize, name: &str) -> Method {
    Method {
        name: name.to_owned(),
        summary: String::new(),
        route: None,
        idempotent: name == "load",
        figures: figures(next),
    }
}

pub(super) fn figures(next: &mut usize) -> Figures {
    *next += 1;
    Figures {
        id: *next,
        calls: 1_204,
        errors: 2,
        in_flight: Some(1),
        rate: Some(12.4),
        error_rate: Some(0.0),
        p50_ms: Some(3.1),
        p99_ms: Some(18.0),
        window_ms: Some(10_000),
    }
}

pub(super) fn setting(key: &str, value: &str) -> Setting {
    Setting {
        key: key.to_owned(),
        value: Some(value.to_owned()),
        source: "chassis.toml:3:7".to_owned(),
    }
}

pub(super) fn check(name: &str, seconds: u64) -> CheckReport {
    CheckReport {
        component: "orders".to_owned(),
        name: name.to_owned(),
        required: true,
        state: CheckState::Up,
        age_ms: Some(seconds * 1_000),
        at_unix_ms: Some(NOW - seconds * 1_000),
        took_ms: 3,
        failure: None,
    }
}

pub(super) fn request(index: u64, status: u16, elapsed_ms: f64) -> Request {
    Request {
        at_unix_ms: NOW - 9_000 * (index + 1),
        component: "orders".to_owned(),
        method: "POST".to_owned(),
        route: "/v1/orders/{id}/1".to_owned(),
        status,
        error_type: (status > 500).then(|| "no_instance".to_owned()),
        elapsed_ms,
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
        peer: None,
    }
}

pub(super) fn failed(index: u64) -> Failed {
    Failed {
        at_unix_ms: NOW - 3_000 * (index + 1),
        method: "reserve".to_owned(),
        error_type: "timeout".to_owned(),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
    }
}

pub(super) fn address(index: u32) -> Address {
    Address {
        address: format!("10.0.0.{index}:8080"),
        id: format!("ledger-{index}"),
        zone: Some("eu-1".to_owned()),
        weight: 100,
    }
}
