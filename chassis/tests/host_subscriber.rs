//! A program that has a subscriber of its own: the chassis keeps it. A binary of its own, since a
//! process has only one global subscriber.
#![cfg(feature = "service")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use chassis::Context;
use chassis::context::Env;
use chassis::telemetry::{Resource, Settings, Telemetry, layer, log_panics};
use tracing::{Event, Subscriber, debug, info};
use tracing_subscriber::layer::{Context as Scope, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

/// The host's own layer: counts all events.
struct Counting(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for Counting {
    fn on_event(&self, _: &Event<'_>, _: Scope<'_, S>) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn the_hosts_subscriber_is_kept_and_may_take_our_layer() {
    let count = Arc::new(AtomicUsize::new(0));
    tracing_subscriber::registry()
        .with(Counting(Arc::clone(&count)))
        .with(layer())
        .init();
    let env = Env::system();
    let resource = Resource::new("shop", &env);
    let (shop, capture) = Telemetry::captured(env, &Settings::default(), resource).unwrap();
    log_panics();

    let context = Context::default().with_component(shop.id());
    context.enter(|| {
        info!("both see it");
        debug!("ours is set to info, the host's sees all");
    });
    assert_eq!(count.load(SeqCst), 2);
    assert_eq!(capture.lines().len(), 1);
    assert_eq!(capture.lines()[0].message(), "both see it");

    let panicked = std::thread::spawn(move || context.enter(|| panic!("no {}", "stock"))).join();
    assert!(panicked.is_err());
    let lines = capture.lines();
    assert_eq!(lines[1].message(), "panicked: no stock");
    assert_eq!((lines[1].level(), lines[1].service()), ("ERROR", "shop"));
    let location = lines[1].field("location").unwrap().as_str().unwrap();
    assert!(location.contains("host_subscriber.rs"), "{location}");
}
