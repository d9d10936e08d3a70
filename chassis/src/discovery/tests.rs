//! What holds for every registry.

use std::sync::Arc;

use super::*;
use crate::context::Env;

fn instance(id: &str, port: u16) -> Instance {
    let address = Address::from(std::net::SocketAddr::from(([127, 0, 0, 1], port)));
    Instance::new("orders", id, address).with_contract("orders", "1")
}

fn ids(watch: &Watch) -> Vec<String> {
    let snapshot = watch.snapshot();
    snapshot
        .instances
        .iter()
        .map(|one| one.id.clone())
        .collect()
}

async fn comes_and_goes(registry: &dyn Registry) {
    let watch = registry.watch("orders");
    assert!(ids(&watch).is_empty());
    let b = registry.register(instance("b", 2)).await.unwrap();
    let a = registry.register(instance("a", 1)).await.unwrap();
    assert_eq!(ids(&watch), ["a", "b"]);
    assert_eq!(ids(&registry.watch("orders")), ["a", "b"]);
    assert!(ids(&registry.watch("payments")).is_empty());
    let metadata = &watch.snapshot().instances[0].metadata;
    assert_eq!(metadata["contract.orders"], "1");
    let version = watch.version();
    a.deregister().await.unwrap();
    assert_eq!(watch.changed(version).await, version + 1);
    assert_eq!(ids(&watch), ["b"]);
    drop(b);
    assert!(ids(&watch).is_empty());
}

async fn a_second_registration_replaces_the_first(registry: &dyn Registry) {
    let watch = registry.watch("orders");
    let first = registry.register(instance("a", 1)).await.unwrap();
    let second = registry.register(instance("a", 2)).await.unwrap();
    assert_eq!(watch.snapshot().instances[0].address.port(), 2);
    drop(first);
    assert_eq!(ids(&watch), ["a"], "the second is still announced");
    drop(second);
    assert!(ids(&watch).is_empty());
}

#[tokio::test]
async fn memory() {
    comes_and_goes(&MemoryRegistry::new()).await;
    a_second_registration_replaces_the_first(&MemoryRegistry::new()).await;
}

#[tokio::test]
async fn file() {
    let folder = file::tests::Folder::new();
    let open = || FileRegistry::open(folder.path(), Env::system()).unwrap();
    comes_and_goes(&open()).await;
    a_second_registration_replaces_the_first(&open()).await;
}

#[tokio::test]
async fn written_down_is_neither_announced_nor_withdrawn() {
    let registry = StaticRegistry::parse("orders=a:1, b:2 ;payments=c:3").unwrap();
    let registry: Arc<dyn Registry> = Arc::new(registry);
    let watch = registry.watch("orders");
    assert_eq!(ids(&watch), ["a:1", "b:2"]);
    drop(registry.register(instance("x", 9)).await.unwrap());
    assert_eq!(ids(&watch), ["a:1", "b:2"]);
    assert!(ids(&registry.watch("unknown")).is_empty());
}
