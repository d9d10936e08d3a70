//! [`App`]: with what a composition root says what its service serves, needs and does.

use std::any::type_name_of_val;
use std::convert::Infallible;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use tower::{Layer, Service};

use super::component::{self, Calls, Guards, Leads, Outward, RouteStep, ShownPort, lock};
use super::foreign;
use super::place::Place;
use super::tasks::{Finish, Stop};
use super::{clients, ports};
use crate::config::Config;
use crate::context::Env;
use crate::contract::{Contract, Served};
use crate::health::Check;
use crate::http::{self, Component};
use crate::port::{Adapter, Crossing, Port, PortInfo};
use crate::telemetry::{self, Metrics, Telemetry};
use crate::{Error, Result};

/// One service while it is composed, and while it runs. A cheap clone.
///
/// A composition root is a function that takes it:
///
/// ```
/// use chassis::App;
///
/// pub async fn service(app: App) -> chassis::Result {
///     app.every("sweep", std::time::Duration::from_secs(60), || async { /* … */ });
///     Ok(())
/// }
/// ```
#[derive(Clone)]
pub struct App(pub(super) Arc<component::Component>);

impl App {
    /// The service's name: of the component where several are composed.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Serves `service` under the contract `C`: `app.serve::<dyn Inventory>(warehouse)`.
    pub fn serve<C: Contract + ?Sized>(&self, service: impl Served<C>) {
        let service = service.into_service();
        self.0.composed.serve(&self.0, Arc::clone(&service));
        self.route(move |routes| routes.contract::<C>(service));
    }

    /// Serves what no contract knows by `router`. Routers are asked in the order of merging.
    pub fn merge(&self, router: axum::Router) {
        self.route(move |routes| routes.merge(router));
    }

    /// Wraps all routes of this component. A later layer lies around an earlier one.
    pub fn layer<L>(&self, layer: L)
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.route(move |routes| routes.layer(layer));
    }

    /// A client of the contract `C`: `app.client::<dyn Orders>()?`. It is bound when everything is
    /// composed, so clients may refer to each other in cycles; call it from handlers and tasks.
    ///
    /// It leads to the implementation in this process where there is one, else to the service of
    /// the contract's name in the registry; `client.{contract}.url` says otherwise.
    ///
    /// # Errors
    ///
    /// When its section of the configuration is wrong.
    pub fn client<C: Contract + ?Sized>(&self) -> Result<Arc<C>> {
        clients::client::<C>(&self.0)
    }

    /// A client by URL, for a service that has no contract here: `app.http("payments-api")?`. It is
    /// what `[client.payments-api]` says: with `url`, requests name paths below it.
    ///
    /// # Errors
    ///
    /// When its section of the configuration is wrong.
    pub fn http(&self, name: &str) -> Result<http::Client> {
        foreign::http(&self.0, name)
    }

    /// The same with a fallback: an implementation of the contract that is asked when a call has
    /// failed after all policies, by itself or with a 5xx answer. Where it fails, too, or panics, the
    /// caller gets the call's own error; so its methods that know nothing better give any error.
    /// What it answers is counted, traced and said in the log, once until the service answers again.
    ///
    /// The fallback stands behind every client of `C` that this component makes, also where the
    /// service runs in this process. Streams have none.
    ///
    /// # Errors
    ///
    /// As [`client`](App::client); and when a client of `C` was made before without it.
    pub fn client_with_fallback<C: Contract + ?Sized>(
        &self,
        fallback: impl Served<C>,
    ) -> Result<Arc<C>> {
        clients::client_with::<C>(&self.0, Some(fallback.into_service()))
    }

    /// Puts `adapter` behind the port `P`: each call through the port is traced, counted, timed,
    /// ended at its deadline, guarded by the policies of `[port]`, and shown on the admin page.
    /// [`adapt_at`](App::adapt_at) says what it speaks to, too.
    pub fn adapt<P: Port + ?Sized>(&self, adapter: impl Adapter<P>) -> Arc<P> {
        self.adapt_at(Place::default(), adapter)
    }

    /// The same for an adapter that speaks to `place`, which the admin page shows beside it with the
    /// keys that configured it: `app.adapt_at::<dyn StockStore>(Place::store(), SqlStock::new(pool))`.
    pub fn adapt_at<P: Port + ?Sized>(&self, place: Place, adapter: impl Adapter<P>) -> Arc<P> {
        let crossing = self.crossing(P::info(), type_name_of_val(&adapter), place);
        adapter.into_adapter(crossing)
    }

    fn crossing(&self, port: &'static PortInfo, adapter: &'static str, place: Place) -> Crossing {
        let telemetry = &self.0.telemetry;
        let observer = telemetry::observer(telemetry, port);
        let stack = ports::stack(&self.0.config, port, telemetry);
        ports::follow(&self.0.composed, &self.0.config, port, &stack);
        #[cfg(feature = "sqlite")]
        let place = match place.is_store {
            true => place.and_at(self.store_place()),
            false => place,
        };
        let chaos = &self.0.composed.chaos;
        let mut policy = vec![("deadline", "what the caller has left".to_owned())];
        policy.extend(chaos.describe(port.name).map(|what| ("CHAOS", what)));
        self.0.composed.show(ShownPort {
            component: self.0.name.clone(),
            what: Outward::Port(port, adapter),
            leads_to: Leads::Adapter(place),
            since: telemetry.env().wall(),
            calls: Calls::Here(Arc::clone(&observer)),
            policy: component::shown(policy),
            guards: Guards {
                stack: Some(Arc::clone(&stack)),
                endpoints: None,
            },
        });
        let crossing = Crossing::new(port.name, observer, telemetry.env().clone());
        chaos.port(crossing.guarded(stack), port)
    }

    /// A section of the configuration: `app.config::<Warehouse>("warehouse")?`. Where several are
    /// composed, `[orders.warehouse]` lies over `[warehouse]`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the section. It is reported with all other findings, so `?`
    /// is enough.
    pub fn config<T: DeserializeOwned + JsonSchema>(&self, section: &str) -> Result<T> {
        self.0.config.section(section).map_err(Error::configuration)
    }

    /// Runs `task` from the start of the service on, with a [`Stop`] that says when to end. The
    /// stop waits for it, within its limit. A task that fails or panics is logged and shown.
    pub fn spawn<F, Fut>(&self, name: &str, task: F)
    where
        F: FnOnce(Stop) -> Fut + Send + 'static,
        Fut: Future<Output: Finish> + Send + 'static,
    {
        let context = self.0.context();
        let task = move |stop| {
            let running = context.enter(|| task(stop));
            context.scope(running)
        };
        self.0.tasks.spawn(&self.0.health, name, task);
    }

    /// Runs `job` at the start and then once a `period`, never beside itself. A run that fails is
    /// logged and shown; the next comes all the same.
    pub fn every<F, Fut>(&self, name: &str, period: Duration, job: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output: Finish> + Send + 'static,
    {
        let context = self.0.context();
        let job = move || context.clone().scope(context.enter(&job));
        self.0.tasks.every(&self.0.health, name, period, job);
    }

    /// Adds a check that readiness depends on; [`Check::optional`] makes it one that is only
    /// shown. Checks run in the background, every `health.period`, within `health.timeout`.
    pub fn check<F, Fut>(&self, name: &str, check: F) -> Check
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.0.health.check(name, check)
    }

    /// Counters, gauges and histograms of your own.
    pub fn metrics(&self) -> &Metrics {
        self.0.telemetry.metrics()
    }

    /// The clock, which tests hold, and randomness, which they replay.
    pub fn clock(&self) -> &Env {
        self.0.telemetry.env()
    }

    /// Whether this run only looks (`--check`, `--doctor`) and serves nothing. An adapter of your own
    /// opens and changes nothing then; those of the chassis know it.
    pub fn is_dry_run(&self) -> bool {
        self.0.purpose != component::Purpose::Run
    }

    /// The whole configuration, as this component sees it.
    pub fn configuration(&self) -> &Config {
        &self.0.config
    }

    /// Metrics, spans and logs of this component.
    pub fn telemetry(&self) -> &Telemetry {
        &self.0.telemetry
    }

    fn route<F>(&self, step: F)
    where
        F: for<'a, 'r> FnOnce(&'a mut Component<'r>) -> &'a mut Component<'r> + Send + 'static,
    {
        let step: RouteStep = Box::new(move |routes| {
            step(routes);
        });
        lock(&self.0.routes).push(step);
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("name", &self.0.name)
            .finish_non_exhaustive()
    }
}
