//! What is shared while a service is composed, and what one component of it has for itself.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clients::Binding;
use super::tasks::Tasks;
use crate::Context;
use crate::config::Config;
use crate::contract::{Contract, ContractInfo};
use crate::health::Health;
use crate::http;
use crate::port::PortInfo;
use crate::telemetry::{PortObserver, Telemetry};

/// One step of making a component's routes, kept until all components are composed.
pub(super) type RouteStep = Box<dyn FnOnce(&mut http::Component<'_>) + Send>;

/// One component, as its [`App`](super::App) holds it.
pub(super) struct Component {
    pub(super) name: String,
    pub(super) config: Config,
    pub(super) telemetry: Telemetry,
    pub(super) health: Health,
    pub(super) tasks: Tasks,
    /// Nothing may be opened: the configuration is only checked.
    pub(super) checking: bool,
    pub(super) composed: Arc<Composed>,
    pub(super) routes: Mutex<Vec<RouteStep>>,
    /// Its clients by contract: each is made once.
    pub(super) clients: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
    #[cfg(feature = "sqlite")]
    pub(super) store: tokio::sync::OnceCell<crate::store::Sqlite>,
}

/// What the components of one process share.
#[derive(Default)]
pub(super) struct Composed {
    served: Mutex<HashMap<TypeId, Box<dyn Any + Send + Sync>>>,
    contracts: Mutex<Vec<(String, &'static ContractInfo)>>,
    bindings: Mutex<Vec<Binding>>,
    ports: Mutex<Vec<ShownPort>>,
}

/// A port or client, for the admin page.
pub(super) struct ShownPort {
    pub(super) component: String,
    pub(super) name: &'static str,
    pub(super) leads_to: String,
    pub(super) methods: Vec<&'static str>,
    pub(super) observer: Option<Arc<PortObserver>>,
}

impl Component {
    /// The context of its own work, outside of any call: what is logged there is its own.
    pub(super) fn context(&self) -> Context {
        Context::default().with_component(self.telemetry.id())
    }
}

impl Composed {
    /// Remembers what `component` serves, for the clients in this process.
    pub(super) fn serve<C: Contract + ?Sized>(&self, component: &Component, service: Arc<C>) {
        lock(&self.contracts).push((component.name.clone(), C::info()));
        // The first one stays; that two serve one contract is found where the routes are built.
        lock(&self.served)
            .entry(TypeId::of::<C>())
            .or_insert(Box::new((service, component.telemetry.clone())));
    }

    /// The implementation of `C` in this process, and the telemetry of its component.
    pub(super) fn local<C: Contract + ?Sized>(&self) -> Option<(Arc<C>, Telemetry)> {
        lock(&self.served)
            .get(&TypeId::of::<C>())?
            .downcast_ref::<(Arc<C>, Telemetry)>()
            .cloned()
    }

    /// Every contract that is served, with its component.
    pub(super) fn contracts(&self) -> Vec<(String, &'static ContractInfo)> {
        lock(&self.contracts).clone()
    }

    pub(super) fn bind_later(&self, binding: Binding) {
        lock(&self.bindings).push(binding);
    }

    pub(super) fn take_bindings(&self) -> Vec<Binding> {
        std::mem::take(&mut *lock(&self.bindings))
    }

    /// Shows a port with the type of its adapter: `SqlStock` of `inventory_service::sql::SqlStock`.
    pub(super) fn show_port(
        &self,
        component: &str,
        port: &PortInfo,
        adapter: &str,
        observer: Arc<PortObserver>,
    ) {
        self.show(ShownPort {
            component: component.to_owned(),
            name: port.name,
            leads_to: short(adapter).to_owned(),
            methods: port.methods.iter().map(|method| method.name).collect(),
            observer: Some(observer),
        });
    }

    pub(super) fn show(&self, port: ShownPort) {
        lock(&self.ports).push(port);
    }

    pub(super) fn ports(&self) -> MutexGuard<'_, Vec<ShownPort>> {
        lock(&self.ports)
    }
}

/// The name of a type without the path of its module; what is generic keeps its parameters.
fn short(name: &str) -> &str {
    let end = name.find('<').unwrap_or(name.len());
    let start = name[..end].rfind("::").map_or(0, |at| at + 2);
    &name[start..]
}

/// All of it is only added to, so it is whole even after a panic.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Component")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Composed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composed")
            .field("contracts", &self.contracts())
            .finish_non_exhaustive()
    }
}
