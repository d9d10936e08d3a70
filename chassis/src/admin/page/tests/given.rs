//! Services that were never started, as the page gets them.

use crate::admin::model::{
    Address, Chosen, ChosenPort, Component, Failed, Figures, Hexagon, Inbound, InboundKind,
    LeadsTo, Method, Outbound, OutboundKind, Policies, PolicyEvent, PortState, Request, Route,
    RoutePolicy, Setting, State, StateName, TokenHint,
};
use crate::health::{CheckReport, CheckState};

const NOW: u64 = 1_795_264_800_000;

/// The shop, composed and busy.
pub(super) fn shop() -> Hexagon {
    let mut next = 0;
    let mut orders = component("orders", &mut next, "Orders", 4);
    let mut inventory = component("inventory", &mut next, "Inventory", 3);
    let mut payments = component("payments", &mut next, "Payments", 2);
    orders
        .outbound
        .push(joined("orders", &mut next, "Inventory", "inventory"));
    orders
        .outbound
        .push(joined("orders", &mut next, "Payments", "payments"));
    let orders_kept = adapted("orders", &mut next, "OrderStore", "SqlOrders");
    let path = "sqlite:/home/ada/.local/state/chassis/orders/orders.sqlite";
    orders.outbound.push(kept(orders_kept, path));
    orders.outbound.push(store("orders", &mut next));
    inventory
        .outbound
        .push(adapted("inventory", &mut next, "StockStore", "SqlStock"));
    payments
        .outbound
        .push(adapted("payments", &mut next, "Provider", "Sandbox"));
    composed("shop", vec![orders, inventory, payments])
}

/// The shop with everything wrong that can be.
pub(super) fn failing() -> Hexagon {
    let mut shop = shop();
    shop.state = State {
        name: StateName::NotReady,
        why: vec!["inventory's store: disk full".to_owned()],
    };
    shop.health[0].state = CheckState::Down;
    shop.health[0].failure = Some("disk full: /var/lib/shop".to_owned());
    let failing = ["no-instance", "failing", "stale", "failing"];
    for (port, name) in shop.components[0].outbound.iter_mut().zip(failing) {
        port.state.name = name;
        port.state.why = Some("the last 12 calls failed: timeout".to_owned());
        port.figures.error_rate = Some(3.2);
        port.state.failures = (0..4).map(failed).collect();
    }
    shop.components[0].inbound[0].figures.error_rate = Some(0.6);
    shop
}

/// One service by itself, which calls another process.
pub(super) fn single() -> Hexagon {
    let mut next = 0;
    let mut billing = component("billing", &mut next, "Invoices", 5);
    let mut ledger = adapted("billing", &mut next, "Ledger", "HTTP/1.1");
    ledger.kind = OutboundKind::Client;
    ledger.leads_to = LeadsTo::Service {
        name: "ledger".to_owned(),
        origin: "registry consul://127.0.0.1:8500".to_owned(),
    };
    ledger.state.addresses = (1..=3).map(address).collect();
    ledger.state.addresses_total = 3;
    billing.outbound.push(ledger);
    billing
        .outbound
        .push(adapted("billing", &mut next, "InvoiceStore", "SqlInvoices"));
    composed("billing", vec![billing])
}

/// A service of which nothing is known yet.
pub(super) fn empty() -> Hexagon {
    let mut empty = composed("hello", vec![named("hello", Vec::new())]);
    (empty.failed, empty.slow, empty.health) = (Vec::new(), Vec::new(), Vec::new());
    empty.state.name = StateName::Starting;
    empty
}

/// Two services that need each other.
pub(super) fn circle() -> Hexagon {
    let mut next = 0;
    let mut one = component("one", &mut next, "One", 1);
    let mut two = component("two", &mut next, "Two", 1);
    one.outbound.push(joined("one", &mut next, "Two", "two"));
    two.outbound.push(joined("two", &mut next, "One", "one"));
    composed("circle", vec![one, two])
}

/// A service with so many ports on each side.
pub(super) fn many(ports: usize) -> Hexagon {
    let mut next = 0;
    let mut service = named("hub", Vec::new());
    for index in 0..ports {
        let name = format!("Contract{index}");
        service.inbound.push(offered("hub", &mut next, &name, 2));
        let name = format!("Adapter{index}");
        service
            .outbound
            .push(adapted("hub", &mut next, &name, "Kept"));
    }
    service.inbound_total = ports;
    composed("hub", vec![service])
}

/// A service with very many ports on each side, as far as a page shows them.
pub(super) fn crowd(ports: usize) -> Hexagon {
    let mut crowd = many(200);
    for hub in &mut crowd.components {
        (hub.inbound_total, hub.outbound_total) = (ports, ports);
    }
    crowd
}

/// The same with the port of this id chosen.
pub(super) fn choosing(mut hexagon: Hexagon, id: &str) -> Hexagon {
    let found = hexagon.components.iter().find_map(|component| {
        let inbound = component.inbound.iter().find(|port| port.id == id);
        let outbound = component.outbound.iter().find(|port| port.id == id);
        let inbound = inbound.map(|port| ChosenPort::Inbound(Box::new(port.clone())));
        let outbound = outbound.map(|port| ChosenPort::Outbound(Box::new(port.clone())));
        Some((component.name.clone(), inbound.or(outbound)?))
    });
    let (component, port) = found.map_or_else(Default::default, |(component, port)| {
        (component, Some(port))
    });
    hexagon.chosen = Some(Chosen {
        id: id.to_owned(),
        component,
        port,
    });
    hexagon
}

/// The shop with this text wherever it has one.
pub(super) fn with_texts(text: &str) -> Hexagon {
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

fn composed(name: &str, mut components: Vec<Component>) -> Hexagon {
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

fn named(name: &str, inbound: Vec<Inbound>) -> Component {
    Component {
        name: name.to_owned(),
        inbound_total: inbound.len(),
        inbound,
        outbound: Vec::new(),
        outbound_total: 0,
    }
}

fn component(name: &str, next: &mut usize, contract: &str, routes: usize) -> Component {
    named(name, vec![offered(name, next, contract, routes)])
}

fn offered(component: &str, next: &mut usize, contract: &str, routes: usize) -> Inbound {
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

fn route(next: &mut usize, contract: &str, index: usize) -> Route {
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

fn adapted(component: &str, next: &mut usize, name: &str, adapter: &str) -> Outbound {
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

fn joined(component: &str, next: &mut usize, contract: &str, target: &str) -> Outbound {
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

fn store(component: &str, next: &mut usize) -> Outbound {
    let mut port = adapted(component, next, "sqlite", "SQLite");
    port.kind = OutboundKind::Store;
    kept(port, &format!("sqlite:{component}.db"))
}

/// The same at this address.
fn kept(mut port: Outbound, address: &str) -> Outbound {
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

fn method(next: &mut usize, name: &str) -> Method {
    Method {
        name: name.to_owned(),
        summary: String::new(),
        route: None,
        idempotent: name == "load",
        figures: figures(next),
    }
}

fn figures(next: &mut usize) -> Figures {
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

fn setting(key: &str, value: &str) -> Setting {
    Setting {
        key: key.to_owned(),
        value: Some(value.to_owned()),
        source: "chassis.toml:3:7".to_owned(),
    }
}

fn check(name: &str, seconds: u64) -> CheckReport {
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

fn request(index: u64, status: u16, elapsed_ms: f64) -> Request {
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

fn failed(index: u64) -> Failed {
    Failed {
        at_unix_ms: NOW - 3_000 * (index + 1),
        method: "reserve".to_owned(),
        error_type: "timeout".to_owned(),
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
    }
}

fn address(index: u32) -> Address {
    Address {
        address: format!("10.0.0.{index}:8080"),
        id: format!("ledger-{index}"),
        zone: Some("eu-1".to_owned()),
        weight: 100,
    }
}
