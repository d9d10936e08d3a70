//! Services that were never started, as the page gets them.

mod parts;
mod texts;

use crate::admin::model::{Chosen, ChosenPort, Hexagon, LeadsTo, OutboundKind, State, StateName};
use crate::health::CheckState;

use parts::{adapted, address, component, composed, failed, joined, kept, named, offered, store};
pub(super) use texts::with_texts;

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
