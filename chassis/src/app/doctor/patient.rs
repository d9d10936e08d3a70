//! [`Patient`]: what the checks get to see.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::super::component::Composed;
use super::super::component::NeededClient;
use super::super::runtimes::Runtimes;
use super::super::settings::Settings;
use super::finding::Finding;
use super::reach::{self, Reached};
use crate::config::Config;
use crate::context::Env;
use crate::discovery::{Address, Registry};
use crate::health::Health;
use crate::http::client::Target;
use crate::telemetry::Telemetry;

/// A service that was composed but not started, and where it stands.
pub(super) struct Patient {
    pub(super) env: Env,
    pub(super) config: Config,
    pub(super) settings: Settings,
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) runtimes: Runtimes,
    pub(super) telemetry: Telemetry,
    pub(super) health: Health,
    pub(super) composed: Arc<Composed>,
    /// What composing found.
    pub(super) composing: Vec<Finding>,
    /// `None`: it cannot be opened without being made.
    pub(super) registry: Option<Arc<dyn Registry>>,
    /// Where `/proc` and `/sys` lie.
    pub(super) root: PathBuf,
    pub(super) reached: OnceCell<Vec<Reached>>,
}

/// A service elsewhere, as a client leads to it.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    /// Where several are composed.
    pub(super) component: Option<String>,
    pub(super) contract: &'static str,
    /// As it is written or guessed: `registry:orders`.
    pub(super) target: Target,
    pub(super) required: bool,
    pub(super) connect_timeout: std::time::Duration,
    pub(super) max_connections: usize,
    pub(super) addresses: Vec<Address>,
}

impl Remote {
    /// `client orders`, and whose, where several services are composed.
    pub(super) fn name(&self) -> String {
        match &self.component {
            Some(component) => format!("{component}: client {}", self.contract),
            None => format!("client {}", self.contract),
        }
    }
}

impl Patient {
    /// Whether prod's rules hold.
    pub(super) fn is_prod(&self) -> bool {
        !self.config.is_dev()
    }

    /// Whether Kubernetes runs it: every container of a pod gets this variable.
    pub(super) fn is_in_kubernetes(&self) -> bool {
        self.config.variable("KUBERNETES_SERVICE_HOST").is_some()
    }

    /// The text of a file of `/proc` or `/sys`; `None` where there is none.
    pub(super) fn system(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(path)).ok()
    }

    /// The clients as they will be bound.
    pub(super) fn clients(&self) -> Vec<NeededClient> {
        self.composed.needs().clients.clone()
    }

    /// Whether this process serves the contract.
    pub(super) fn serves(&self, contract: &str) -> bool {
        let mut served = self.composed.contracts().into_iter();
        served.any(|(_, info)| info.name == contract)
    }

    /// The services elsewhere.
    pub(super) fn remotes(&self) -> Vec<Remote> {
        let clients = self.clients();
        clients
            .into_iter()
            .filter_map(|client| self.remote(client))
            .collect()
    }

    fn remote(&self, client: NeededClient) -> Option<Remote> {
        let name = client.contract.name;
        let target = match client.target {
            Some(Target::Local { .. }) => return None,
            None if self.serves(name) => return None,
            None => Target::Registry(name.to_owned()),
            Some(target) => target,
        };
        let instances = match &target {
            Target::Written { instances, .. } => instances.clone(),
            Target::Registry(service) => {
                let watch = self
                    .registry
                    .as_ref()
                    .map(|registry| registry.watch(service));
                watch
                    .map(|watch| watch.snapshot().instances.clone())
                    .unwrap_or_default()
            }
            Target::Local { .. } => Vec::new(),
        };
        Some(Remote {
            component: (client.component != self.name).then_some(client.component),
            contract: name,
            target,
            required: client.settings.required,
            connect_timeout: client.settings.connect_timeout,
            max_connections: client.settings.max_connections,
            addresses: instances
                .into_iter()
                .map(|instance| instance.address)
                .collect(),
        })
    }

    /// Everything elsewhere that speaks HTTP, reached once for all checks.
    pub(super) async fn reached(&self) -> &[Reached] {
        self.reached.get_or_init(|| reach::all(self)).await
    }
}
