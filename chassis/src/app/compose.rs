//! Composing: runs the composition roots, reports everything that is wrong, makes the routes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use super::App;
use super::chassis::Service;
use super::component::{Component, Composed, Purpose, lock};
use super::keys;
use super::runtimes::Runtimes;
use super::tasks::{Tasks, panic_message};
use super::{clients, ports};
use crate::config::Config;
use crate::health::Health;
use crate::http::client::Injector;
use crate::http::{Edge, Routes, Settings as HttpSettings};
use crate::telemetry::Telemetry;
use crate::{Error, Result};

/// What composing needs.
pub(super) struct Ground {
    pub(super) config: Config,
    pub(super) telemetry: Telemetry,
    pub(super) health: Health,
    pub(super) tasks: Tasks,
    /// Whether components have names, and sections, of their own.
    pub(super) composed: bool,
    pub(super) purpose: Purpose,
    /// What lets calls of clients suffer on purpose.
    pub(super) chaos: Injector,
}

/// The components, composed.
#[derive(Debug)]
pub(super) struct Composite {
    pub(super) components: Vec<Arc<Component>>,
    pub(super) composed: Arc<Composed>,
}

impl Ground {
    /// Runs every composition root on the serving runtime, one after the other.
    ///
    /// # Errors
    ///
    /// The whole report when the configuration is wrong, also where a root failed because of it;
    /// else the first root's own error.
    pub(super) async fn compose(
        &self,
        services: Vec<(String, Service)>,
        runtimes: &Runtimes,
    ) -> Result<Composite> {
        let (composite, failures) = self.run_roots(services, runtimes).await;
        // A root that failed has not asked for all of its sections: they are no findings then.
        let report = if failures.is_empty() {
            self.config.check()
        } else {
            self.found()
        };
        report.map_err(Error::configuration)?;
        match failures.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(composite),
        }
    }

    /// Runs every composition root, and gives what came of it with the failures of roots.
    pub(super) async fn run_roots(
        &self,
        services: Vec<(String, Service)>,
        runtimes: &Runtimes,
    ) -> (Composite, Vec<Error>) {
        let serving = runtimes.serving.clone();
        self.telemetry.metrics().watch_runtime(serving);
        let composed = Arc::new(Composed::suffering(self.chaos.clone()));
        let mut components = Vec::new();
        let mut failures = Vec::new();
        for (name, service) in services {
            let component = Arc::new(self.component(name, &composed));
            // What it logs is its own.
            let context = component.context();
            let root = context.enter(|| service(App(Arc::clone(&component))));
            let root = context.scope(root);
            let mut root = Rooted(runtimes.serving.spawn(root));
            match (&mut root.0).await {
                Ok(Ok(())) => {
                    if let Err(error) = keys::open(&component, &self.config).await {
                        failures.push(error);
                    }
                }
                Ok(Err(error)) => {
                    let attempt = format!("composing {}", component.name);
                    failures.push(error.during(&attempt));
                }
                Err(error) => failures.push(panicked(&component.name, error)),
            }
            components.push(component);
        }
        if failures.is_empty() {
            let names = self.sections(&components);
            clients::report_unknown(&self.config, &composed, &names);
            ports::report_unknown(&self.config, &composed, &names);
        }
        let composite = Composite {
            components,
            composed,
        };
        (composite, failures)
    }

    /// The components that have sections of their own.
    pub(super) fn sections(&self, components: &[Arc<Component>]) -> Vec<String> {
        let own = components.iter().filter(|_| self.composed);
        own.map(|one| one.name.clone()).collect()
    }

    fn found(&self) -> Result<(), crate::config::Findings> {
        self.config.findings().into_result(())
    }

    fn component(&self, name: String, composed: &Arc<Composed>) -> Component {
        let (config, telemetry, health) = match self.composed {
            true => (
                self.config.component(&name),
                self.telemetry.component(&name),
                self.health.component(&name),
            ),
            false => (
                self.config.clone(),
                self.telemetry.clone(),
                self.health.clone(),
            ),
        };
        Component {
            name,
            config,
            telemetry,
            health,
            tasks: self.tasks.clone(),
            purpose: self.purpose,
            composed: Arc::clone(composed),
            routes: Mutex::default(),
            keeper: OnceLock::new(),
            clients: Mutex::new(HashMap::new()),
            #[cfg(feature = "sqlite")]
            store: tokio::sync::OnceCell::new(),
        }
    }
}

impl Composite {
    /// The edge that serves what the components said.
    ///
    /// # Errors
    ///
    /// When two places claim the same route.
    pub(super) fn edge(&self, settings: &HttpSettings, last: Option<axum::Router>) -> Result<Edge> {
        let env = match self.components.first() {
            Some(component) => component.telemetry.env().clone(),
            None => {
                return Err(Error::bug(
                    "nothing is composed: add a component, `.with(\"orders\", orders::service)`",
                ));
            }
        };
        let mut routes = Routes::new(settings, env);
        let mut last = last;
        let count = self.components.len();
        for (index, component) in self.components.iter().enumerate() {
            let mut own = routes.component(&component.telemetry);
            if let Some(keeper) = component.keeper.get() {
                own.keep_by(Arc::clone(keeper));
            }
            std::mem::take(&mut *lock(&component.routes))
                .into_iter()
                .for_each(|step| step(&mut own));
            if index + 1 == count
                && let Some(last) = last.take()
            {
                own.merge(last);
            }
        }
        routes.build()
    }
}

/// A composition root that ends with the start that waits for it.
struct Rooted(tokio::task::JoinHandle<Result>);

impl Drop for Rooted {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn panicked(name: &str, error: tokio::task::JoinError) -> Error {
    let said = panic_message(error);
    Error::bug(format!(
        "composing {name} panicked: {said}; the line before this one in the log says where"
    ))
}
