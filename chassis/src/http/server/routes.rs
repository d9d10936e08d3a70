//! [`Routes`]: what a listener serves, component by component, until it is built into an [`Edge`].

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route as AxumRoute;
use tower::{Layer, Service};

use super::edge::{Edge, Parts};
use super::repeat::{Fresh, Keeper, Once, Repeat};
use super::route::{Host, Route};
use super::table::Table;
use super::{Settings, merged, overload};
use crate::context::Env;
use crate::contract::{Contract, ContractInfo};
use crate::telemetry::Telemetry;
use crate::{Error, Result};

type Wrap = Box<dyn Fn(axum::Router) -> axum::Router + Send>;

/// What a listener serves. Composed components share one.
///
/// Contract routes win; what no contract knows falls through to the merged routers, in the order
/// of merging.
pub struct Routes {
    settings: Settings,
    env: Env,
    table: Table,
    faults: Vec<String>,
    components: Vec<Draft>,
    merged: Vec<(usize, axum::Router)>,
}

/// One component's share.
struct Draft {
    telemetry: Telemetry,
    /// Keeps the answers of idempotent methods; made when the first one needs it.
    keeper: Option<Arc<Keeper>>,
    layers: Vec<Wrap>,
}

impl Draft {
    /// What stands around the calls of a method.
    fn repeat(&mut self, contract: &'static ContractInfo, method: usize) -> Option<Repeat> {
        let info = &contract.methods[method];
        if let Some(cache) = info.cache {
            return Some(Repeat::Fresh(Fresh::new(cache)));
        }
        if !info.idempotent {
            return None;
        }
        let in_memory = || Arc::new(Keeper::in_memory(&self.telemetry));
        let keeper = self.keeper.get_or_insert_with(in_memory);
        let once = Once::new(keeper, &self.telemetry, contract, method);
        Some(Repeat::Once(once))
    }
}

/// The routes of one component; see [`Routes::component`].
pub struct Component<'r> {
    routes: &'r mut Routes,
    index: usize,
}

impl Routes {
    /// No routes yet.
    pub fn new(settings: &Settings, env: Env) -> Self {
        Self {
            settings: settings.clone(),
            env,
            table: Table::default(),
            faults: Vec::new(),
            components: Vec::new(),
            merged: Vec::new(),
        }
    }

    /// Begins the routes of one component: its layers wrap these and no others.
    pub fn component(&mut self, telemetry: &Telemetry) -> Component<'_> {
        self.components.push(Draft {
            telemetry: telemetry.clone(),
            keeper: None,
            layers: Vec::new(),
        });
        Component {
            index: self.components.len() - 1,
            routes: self,
        }
    }

    /// Keeps a fault for [`build`](Self::build), once.
    fn fault(&mut self, fault: String) {
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// The edge that serves all of it.
    ///
    /// # Errors
    ///
    /// Names every two places that claim the same route.
    pub fn build(self) -> Result<Edge> {
        if !self.faults.is_empty() {
            return Err(Error::bug(self.faults.join("\n")));
        }
        let Some(first) = self.components.first() else {
            return Err(Error::bug(
                "a listener without any component serves nothing",
            ));
        };
        let rates = overload::Rates::new(&self.settings.rate_limit, self.env.now())?;
        let table = guarded(self.table, &rates, &self.settings.overload, &self.env)?;
        let table = Arc::new(table);
        let wrap = |index: usize, router| {
            let layers: &Vec<Wrap> = &self.components[index].layers;
            merged::finished(layers.iter().fold(router, |router, wrap| wrap(router)))
        };
        let layered = self.components.iter().enumerate().map(|(index, draft)| {
            let contracts = || wrap(index, merged::contracts(&table));
            (!draft.layers.is_empty()).then(contracts)
        });
        let owners = self.merged.iter().map(|(index, _)| *index).collect();
        let merged = self.merged.into_iter().map(|(index, router)| {
            let telemetry = &self.components[index].telemetry;
            wrap(index, merged::tapped(router, telemetry))
        });
        Edge::new(Parts {
            telemetry: first.telemetry.clone(),
            merged: merged.collect(),
            owners,
            layered: layered.collect(),
            rates,
            table,
            settings: self.settings,
            env: self.env,
        })
    }
}

/// `table` with a guard before each route.
fn guarded(
    mut table: Table,
    rates: &overload::Rates,
    settings: &overload::Overload,
    env: &Env,
) -> Result<Table> {
    for route in table.routes_mut() {
        route.guard.rules = rates.of_route(&route.info.verb, route.info.path);
        if !route.is_stream() {
            route.guard.gate = overload::gate(settings, env)?;
        }
    }
    Ok(table)
}

impl Component<'_> {
    /// Has `keeper` keep the answers of idempotent methods; else they are kept in memory.
    pub(crate) fn keep_by(&mut self, keeper: Arc<Keeper>) -> &mut Self {
        self.routes.components[self.index].keeper = Some(keeper);
        self
    }

    /// Serves `service` under the contract `C`.
    pub fn contract<C: Contract + ?Sized>(&mut self, service: Arc<C>) -> &mut Self {
        let contract = C::info();
        let host = Arc::new(Host(service));
        let settings = &self.routes.settings;
        let defaults = (*settings.timeout, settings.max_body.as_usize());
        for method in 0..contract.methods.len() {
            let owner = (self.index, &self.routes.components[self.index].telemetry);
            let mut route = Route::new(contract, method, host.clone(), owner, defaults);
            route.repeat = self.routes.components[self.index].repeat(contract, method);
            if let Err(fault) = self.routes.table.add(route) {
                self.routes.fault(fault);
            }
        }
        self
    }

    /// Serves what no contract knows by `router`. Its answers stay untouched, apart from bare 404
    /// and 405, which become problems.
    pub fn merge(&mut self, router: axum::Router) -> &mut Self {
        self.routes.merged.push((self.index, router));
        self
    }

    /// Wraps all routes of this component, contract routes, too. A later layer lies around an
    /// earlier one.
    pub fn layer<L>(&mut self, layer: L) -> &mut Self
    where
        L: Layer<AxumRoute> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        let wrap = move |router: axum::Router| router.layer(layer.clone());
        self.routes.components[self.index]
            .layers
            .push(Box::new(wrap));
        self
    }
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Routes")
            .field("contracts", &self.table.routes().len())
            .field("merged", &self.merged.len())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Component<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Component")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
