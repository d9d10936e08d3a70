//! A registry of one's own.

use chassis::http::client::Target;

// ANCHOR: recipe
use chassis::discovery::{Address, Instance, Registration, Registry, RegistryFuture, Watch};

/// Every service is known to the cluster's DNS under its own name, at one port.
struct ClusterDns;

impl Registry for ClusterDns {
    fn location(&self) -> String {
        "cluster-dns:".to_owned()
    }

    fn watch(&self, service: &str) -> Watch {
        let address = format!("{service}.default.svc:8080").parse::<Address>();
        let instance = |address| Instance::new(service, "cluster", address);
        Watch::fixed(service, address.map(instance).into_iter().collect())
    }

    /// The cluster knows already.
    fn register(&self, _: Instance) -> RegistryFuture<'_, Registration> {
        Box::pin(async { Ok(Registration::none()) })
    }
}
// ANCHOR_END: recipe

#[tokio::test]
async fn a_client_finds_services_by_it() {
    let target = Target::parse("orders", "registry:orders").unwrap();
    let remote = target.remote("orders", &ClusterDns).unwrap();
    let known = remote.watch().snapshot();
    let addresses: Vec<String> = known
        .instances
        .iter()
        .map(|it| it.address.to_string())
        .collect();
    assert_eq!(addresses, ["orders.default.svc:8080"]);
    let me = Instance::new("me", "1", "me:8080".parse().unwrap());
    ClusterDns
        .register(me)
        .await
        .unwrap()
        .deregister()
        .await
        .unwrap();
}
