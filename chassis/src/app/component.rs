//! What is shared while a service is composed, and what one component of it has for itself.

use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use super::clients::Binding;
use super::place::Place;
use super::reload::Follower;
use super::tasks::Tasks;
use crate::Context;
use crate::config::Config;
use crate::contract::{Contract, ContractInfo};
use crate::discovery::Watch;
use crate::health::Health;
use crate::http;
use crate::http::Keeper;
use crate::http::client::{Injector, Observed, Target};
use crate::policy::Stack;
use crate::port::PortInfo;
use crate::telemetry::{Failure, PortObserver, Recorded, Telemetry};

/// One step of making a component's routes, kept until all components are composed.
pub(super) type RouteStep = Box<dyn FnOnce(&mut http::Component<'_>) + Send>;

/// One component, as its [`App`](super::App) holds it.
pub(super) struct Component {
    pub(super) name: String,
    pub(super) config: Config,
    pub(super) telemetry: Telemetry,
    pub(super) health: Health,
    pub(super) tasks: Tasks,
    pub(super) purpose: Purpose,
    pub(super) composed: Arc<Composed>,
    pub(super) routes: Mutex<Vec<RouteStep>>,
    /// Keeps the answers of its idempotent methods, where it has some.
    pub(super) keeper: OnceLock<Arc<Keeper>>,
    /// Its clients by contract: each is made once.
    pub(super) clients: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
    #[cfg(feature = "sqlite")]
    pub(super) store: tokio::sync::OnceCell<crate::store::Sqlite>,
}

/// What a service is composed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To run.
    Run,
    /// To check the configuration: nothing may be opened.
    Check,
    /// To look at what it needs: nothing may be changed.
    Examine,
}

/// What the components need from outside, as they say while they are composed.
#[derive(Default)]
pub(super) struct Needs {
    pub(super) clients: Vec<NeededClient>,
    #[cfg(feature = "sqlite")]
    pub(super) stores: Vec<NeededStore>,
}

/// A client, before it is bound.
#[derive(Clone)]
pub(super) struct NeededClient {
    pub(super) component: String,
    pub(super) contract: &'static ContractInfo,
    /// `None`: local where it is served here, else by the contract's name.
    pub(super) target: Option<Target>,
    pub(super) settings: http::client::Settings,
}

/// A store, and the migrations that it gets at the start: number, description and checksum.
#[cfg(feature = "sqlite")]
#[derive(Clone)]
pub(super) struct NeededStore {
    pub(super) component: String,
    pub(super) settings: crate::store::StoreSettings,
    pub(super) default_file: std::path::PathBuf,
    pub(super) migrations: Vec<(i64, String, Vec<u8>)>,
}

/// What the components of one process share.
#[derive(Default)]
pub(super) struct Composed {
    served: Mutex<HashMap<TypeId, Box<dyn Any + Send + Sync>>>,
    contracts: Mutex<Vec<(String, &'static ContractInfo)>>,
    bindings: Mutex<Vec<Binding>>,
    /// The contracts that somebody has a client of.
    asked: Mutex<BTreeSet<&'static str>>,
    ports: Mutex<Vec<Arc<ShownPort>>>,
    needs: Mutex<Needs>,
    /// What takes a changed configuration while it runs.
    pub(super) followers: Mutex<Vec<Follower>>,
    /// The configuration that holds, where it isn't the one of the start.
    pub(super) newest: Mutex<Option<Config>>,
    /// What lets calls of clients suffer on purpose.
    pub(super) chaos: Injector,
}

/// An outbound port, for the admin page.
pub(super) struct ShownPort {
    pub(super) component: String,
    pub(super) what: Outward,
    pub(super) leads_to: Leads,
    /// Since when it leads there; of instances, their watch knows better.
    pub(super) since: SystemTime,
    pub(super) calls: Calls,
    pub(super) policy: Shown,
    pub(super) guards: Guards,
}

/// What holds for a port's calls, for people: name and value. It changes with the configuration.
pub(super) type Shown = Arc<Mutex<Vec<(&'static str, String)>>>;

/// What stands before a port's calls, to be looked at and to be forced by hand.
#[derive(Default)]
pub(super) struct Guards {
    pub(super) stack: Option<Arc<Stack>>,
    pub(super) endpoints: Option<Arc<http::client::Endpoints>>,
}

/// What an outbound port is.
#[derive(Clone, Copy)]
pub(super) enum Outward {
    /// A port, and the type of its adapter.
    Port(&'static PortInfo, &'static str),
    /// A client of a contract.
    Client(&'static ContractInfo),
    /// The service's own store.
    #[cfg(feature = "sqlite")]
    Store,
}

/// Where an outbound port leads.
pub(super) enum Leads {
    /// To what its adapter has said, or keeps to itself.
    Adapter(Place),
    /// To the service's own store, which is known by this name.
    #[cfg(feature = "sqlite")]
    Store(String),
    /// To a component of this process.
    Local { component: String, encode: bool },
    /// To the instances of a service; `origin` says where they come from, `written` is the URL
    /// that lists them in the configuration.
    Remote {
        origin: String,
        written: Option<String>,
        watch: Watch,
    },
}

/// Who watches the calls.
#[derive(Clone)]
pub(super) enum Calls {
    Here(Arc<PortObserver>),
    Http(Arc<Observed>),
    /// Nobody: they are part of other ports' calls.
    #[cfg(feature = "sqlite")]
    Nobody,
}

impl ShownPort {
    /// Where it leads, for people: `local:`, a URL, where the instances come from, or the type of
    /// the adapter.
    pub(super) fn leads_to(&self) -> &str {
        self.leads_to.text(self.what)
    }

    pub(super) fn name(&self) -> &'static str {
        match self.what {
            Outward::Port(port, _) => port.name,
            Outward::Client(contract) => contract.name,
            #[cfg(feature = "sqlite")]
            Outward::Store => "store",
        }
    }

    /// The names of its methods.
    pub(super) fn methods(&self) -> Vec<&'static str> {
        match self.what {
            Outward::Port(port, _) => port.methods.iter().map(|method| method.name).collect(),
            Outward::Client(contract) => contract.methods.iter().map(|one| one.name).collect(),
            #[cfg(feature = "sqlite")]
            Outward::Store => Vec::new(),
        }
    }
}

impl Outward {
    /// The type of its adapter without its module.
    fn adapter(self) -> &'static str {
        match self {
            Self::Port(_, adapter) => short(adapter),
            _ => "adapter",
        }
    }
}

impl Leads {
    /// For people; `what` leads there.
    fn text(&self, what: Outward) -> &str {
        match self {
            Self::Adapter(_) => what.adapter(),
            #[cfg(feature = "sqlite")]
            Self::Store(name) => name,
            Self::Local { encode: false, .. } => "local:",
            Self::Local { encode: true, .. } => "local:?encode=json",
            Self::Remote {
                written: Some(url), ..
            } => url,
            Self::Remote { origin, .. } => origin,
        }
    }
}

impl Calls {
    /// The last failures, the newest first.
    pub(super) fn failures(&self) -> Vec<Failure> {
        match self {
            Self::Here(observer) => observer.failures(),
            Self::Http(observed) => observed.failures(),
            #[cfg(feature = "sqlite")]
            Self::Nobody => Vec::new(),
        }
    }

    /// What is recorded of each method.
    pub(super) fn recorded(&self) -> Vec<Recorded> {
        match self {
            Self::Here(observer) => observer.recorded().collect(),
            Self::Http(observed) => observed.recorded().collect(),
            #[cfg(feature = "sqlite")]
            Self::Nobody => Vec::new(),
        }
    }
}

impl Component {
    /// The context of its own work, outside of any call: what is logged there is its own.
    pub(super) fn context(&self) -> Context {
        Context::default().with_component(self.telemetry.id())
    }
}

impl Composed {
    /// Nothing yet; calls of clients suffer what `chaos` says.
    pub(super) fn suffering(chaos: Injector) -> Self {
        Self {
            chaos,
            ..Self::default()
        }
    }

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

    /// Notes that somebody has a client of `contract`.
    pub(super) fn ask(&self, contract: &'static str) {
        lock(&self.asked).insert(contract);
    }

    /// The contracts that somebody has a client of.
    pub(super) fn asked(&self) -> Vec<&'static str> {
        lock(&self.asked).iter().copied().collect()
    }

    pub(super) fn bind_later(&self, binding: Binding) {
        lock(&self.bindings).push(binding);
    }

    pub(super) fn take_bindings(&self) -> Vec<Binding> {
        std::mem::take(&mut *lock(&self.bindings))
    }

    /// What the components need from outside, so far.
    pub(super) fn needs(&self) -> MutexGuard<'_, Needs> {
        lock(&self.needs)
    }

    pub(super) fn show(&self, port: ShownPort) {
        lock(&self.ports).push(Arc::new(port));
    }

    pub(super) fn ports(&self) -> MutexGuard<'_, Vec<Arc<ShownPort>>> {
        lock(&self.ports)
    }
}

/// What holds for a port's calls, as it is now.
pub(super) fn shown(policy: Vec<(&'static str, String)>) -> Shown {
    Arc::new(Mutex::new(policy))
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
