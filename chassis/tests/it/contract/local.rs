//! Clients within one process: values are passed, or go through the wire format; each call is a
//! crossing either way.

use std::sync::{Arc, Mutex};

use chassis::context::Env;
use chassis::contract::{Bound, Contract, Link, Loopback};
use chassis::port::{Crossing, Finished, Observer, Outcome};
use chassis::{CallError, Context};

use super::{Inventory, InventoryError, InventoryFake, Sku, Stock, service};

/// Remembers how calls ended.
#[derive(Default)]
struct Seen(Mutex<Vec<Outcome>>);

impl Observer for Seen {
    fn begin(&self, _: usize, context: Context) -> Context {
        context
    }

    fn end(&self, finished: &Finished<'_>) {
        self.0.lock().unwrap().push(finished.outcome);
    }
}

fn crossing() -> (Crossing, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let crossing = Crossing::new("inventory", seen.clone(), Env::seeded(1));
    (crossing, seen)
}

fn local(service: Arc<dyn Inventory>) -> (Arc<dyn Inventory>, Arc<Seen>) {
    let (crossing, seen) = crossing();
    let link = Link::unbound();
    assert!(link.bind(Bound::Local { service, crossing }));
    (Contract::connect(link), seen)
}

fn sku(text: &str) -> Sku {
    Sku(text.to_owned())
}

#[tokio::test]
async fn values_are_passed() {
    let (client, seen) = local(service());
    assert_eq!(client.stock(sku("x")).await.unwrap().count, 7);
    // Not encoded: a wire would refuse it.
    assert_eq!(client.stock(sku("")).await.unwrap().sku, sku(""));
    assert!(client.stock(sku("closed")).await.is_err());
    let error = Outcome::Error("InventoryError");
    assert_eq!(*seen.0.lock().unwrap(), [Outcome::Ok, Outcome::Ok, error]);
}

#[tokio::test]
async fn the_wire_format_is_a_crossing_too() {
    let (crossing, seen) = crossing();
    let transport = Loopback::new(service()).with_crossing(crossing);
    let client = super::connect(transport);
    assert_eq!(client.stock(sku("x")).await.unwrap().count, 7);
    assert_eq!(*seen.0.lock().unwrap(), [Outcome::Ok]);
}

#[tokio::test]
async fn a_contract_has_a_fake() {
    let fake = InventoryFake::new().on_stock(|sku| Ok(Stock { sku, count: 1 }));
    let (client, _) = local(Arc::new(fake.clone()));
    assert_eq!(client.stock(sku("x")).await.unwrap().count, 1);
    assert_eq!(fake.stock_calls(), 1);
    // Of this nothing was said: the fake's panic stays behind the crossing.
    let failed = client.label(sku("x")).await.unwrap_err();
    assert!(matches!(
        failed,
        InventoryError::Call(CallError::Panic { .. })
    ));
}
