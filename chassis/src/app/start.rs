//! Starting: probe listener → registry → adapters → warm-up → listen → ready → register.
//!
//! Configuration and telemetry come before, in the order of [`boot`](super::boot).

use std::sync::Arc;
use std::time::Duration;

use super::boot::Read;
use super::chassis::{Composition, Service};
use super::clients::Awaited;
use super::component::Purpose;
use super::compose::{Composite, Ground};
use super::listeners::{Listener, url};
use super::live::Live;
use super::probe::Probe;
use super::reload::Reload;
use super::side::Side;
use super::{desk, register, timeouts};
use crate::config::Config;
use crate::context::Env;
use crate::discovery::{self, Opened, Registry};
use crate::health::{CheckState, Stage};
use crate::http::{Edge, Server, is_taken, listen};
use crate::{Context, Error, Result};

/// What to start.
pub(super) struct Plan {
    pub(super) name: String,
    pub(super) services: Vec<(String, Service)>,
    pub(super) composed: bool,
    pub(super) config: Config,
    pub(super) opens: Opens,
    /// The registry, where it isn't the one that `registry.url` names.
    pub(super) registry: Option<Arc<dyn Registry>>,
}

/// What a start listens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opens {
    /// Nothing: the service is only called within the process.
    Nothing,
    /// The service's own listener: on a simulated network nobody asks for the others.
    #[cfg_attr(
        not(feature = "simulation"),
        expect(dead_code, reason = "tests of whole networks")
    )]
    Service,
    /// Service, probe and admin.
    All,
}

impl Plan {
    pub(super) fn new(composition: Composition, read: Read, opens: Opens) -> Self {
        Self {
            name: composition.process_name(),
            services: composition.components,
            composed: composition.composed,
            config: read.config,
            opens,
            registry: None,
        }
    }

    /// Whether the listeners are printed in plain lines: not in prod, where lines are for
    /// machines, unless somebody reads them (`announced`, the parent of a split).
    pub(super) fn speaks(&self, announced: bool, live: &Live) -> bool {
        self.config.is_dev() || announced || live.settings.stop.with_stdin
    }
}

impl Live {
    /// Starts everything that `plan` says, within `start.timeout`. What is open after a failure is
    /// closed by [`stop`](Live::stop).
    ///
    /// # Errors
    ///
    /// When the configuration is wrong, an address is taken, or a required dependency stays away.
    pub(super) async fn start(&mut self, plan: Plan) -> Result {
        let limit = *self.settings.start.timeout;
        match tokio::time::timeout(limit, self.start_in_order(plan)).await {
            Ok(result) => result,
            Err(_) => Err(self.too_late(limit)),
        }
    }

    async fn start_in_order(&mut self, plan: Plan) -> Result {
        let Plan {
            name,
            services,
            composed,
            config,
            opens,
            registry,
        } = plan;
        for note in config.notes() {
            tracing::warn!("{}", note.line());
        }
        if opens == Opens::All {
            self.open_probe(&name)?;
        }
        let registry = match registry {
            Some(registry) => registry,
            None => self.open_registry(&config)?,
        };
        self.registry = Some(Arc::clone(&registry));
        let ground = Ground {
            config: config.clone(),
            telemetry: self.telemetry.clone(),
            health: self.health.clone(),
            tasks: self.tasks.clone(),
            composed,
            purpose: Purpose::Run,
            chaos: self.settings.chaos.open(self.telemetry.env()),
        };
        let composite = self
            .phase("adapters", ground.compose(services, &self.runtimes))
            .await??;
        self.components.clone_from(&composite.components);
        self.composed = Some(Arc::clone(&composite.composed));
        let sections = ground.sections(&composite.components);
        let reload = self.follow_configuration(&config, &composite, sections);
        timeouts::warn_of_default(*self.settings.http.timeout, *self.settings.stop.drain);
        timeouts::warn_of_cuts(&composite, *self.settings.stop.drain);
        self.awaited = bind_clients(&composite, &*registry)?;
        let document = desk::openapi(&name, &self.telemetry, &composite.composed);
        let edge = composite.edge(&self.settings.http, desk::document_router(document))?;
        self.edge = Some(edge.clone());
        self.checks = Some(self.health.watch(
            self.settings.health,
            &self.runtimes.control,
            &self.runtimes.serving,
        ));
        self.phase("warm-up", self.health.wait()).await?;
        if opens != Opens::Nothing {
            self.listen(&name, &config, &composite, edge.clone())?;
        }
        if opens == Opens::All {
            self.open_admin((&name, &reload), &composite, &edge)?;
        }
        self.watch_configuration(&reload);
        self.tasks.start(&self.runtimes.serving);
        self.health.advance(Stage::Running);
        if opens != Opens::Nothing {
            let registering = register::all(self, &composite, &registry);
            self.registrations = self.phase("register", registering).await??;
        }
        warn_of_unknown(&self.awaited);
        Ok(())
    }

    /// A phase of the start. Its limit is the start's own, which ends all of it.
    async fn phase<F: Future>(&self, name: &'static str, work: F) -> Result<F::Output> {
        let limit = *self.settings.start.timeout;
        self.phases
            .run(name, limit, work)
            .await
            .ok_or_else(|| self.too_late(limit))
    }

    /// From now on a changed configuration can be taken.
    fn follow_configuration(
        &mut self,
        config: &Config,
        composite: &Composite,
        components: Vec<String>,
    ) -> Arc<Reload> {
        let reload = Arc::new(Reload::new(
            config,
            Arc::clone(&composite.composed),
            components,
            &self.telemetry,
        ));
        self.reload = Some(Arc::clone(&reload));
        reload
    }

    /// Notices changes of the configuration's files from now on.
    fn watch_configuration(&mut self, reload: &Arc<Reload>) {
        let said = Context::default().with_component(self.telemetry.id());
        let interval = *self.settings.config.reload_interval;
        let (env, control) = (self.telemetry.env(), &self.runtimes.control);
        self.watching.files(reload, interval, (env, &said, control));
    }

    fn open_probe(&mut self, name: &str) -> Result {
        let probe = Probe {
            health: self.health.clone(),
            telemetry: self.telemetry.clone(),
            heartbeat: *self.settings.health.heartbeat,
        };
        let listener = listen("probe.listen", self.settings.probe.listen)?;
        let side = Side::serve(listener, probe.router(), &self.runtimes.control)?;
        self.listeners
            .add(name, Listener::Probe, url(side.address()));
        self.probe = Some(side);
        Ok(())
    }

    fn open_registry(&self, config: &Config) -> Result<Arc<dyn Registry>> {
        let opened = opened(config, self.telemetry.env().clone());
        let _entered = self.runtimes.serving.enter();
        discovery::open(&self.settings.registry.url, &opened)
    }

    fn listen(&mut self, name: &str, config: &Config, composite: &Composite, edge: Edge) -> Result {
        let mut address = self.settings.http.listen;
        // On a developer's machine a second service beside the first is usual; a port that
        // somebody chose is meant.
        if config.is_dev() && !is_chosen(config, "http.listen") && is_taken(address) {
            tracing::warn!(
                "port {} is taken; taking a free one instead",
                address.port()
            );
            address.set_port(0);
        }
        let _entered = self.runtimes.serving.enter();
        let server = Server::bind_on(self.telemetry.env(), "http.listen", address)?;
        let names: Vec<String> = composite
            .components
            .iter()
            .map(|c| c.name.clone())
            .collect();
        let url = url(server.local_addr());
        self.listeners
            .add_shared(name, &names, Listener::Service, url);
        self.serving = Some(server.serve(edge)?);
        Ok(())
    }

    fn open_admin(
        &mut self,
        (name, reload): (&str, &Arc<Reload>),
        composite: &Composite,
        edge: &Edge,
    ) -> Result {
        let listener = listen("admin.listen", self.settings.admin.listen)?;
        let own = self.settings.admin.listen;
        let (router, pages) = desk::admin_router(self, own, (name, reload), composite, edge);
        let side = Side::serve(listener, router, &self.runtimes.control)?;
        self.listeners
            .add(name, Listener::Admin, url(side.address()));
        self.admin = Some(side);
        self.pages = Some(pages);
        Ok(())
    }

    /// Why the start did not come to its end: which required checks are down, or which phase hangs.
    fn too_late(&self, limit: Duration) -> Error {
        let report = self.health.report();
        let down = report
            .iter()
            .filter(|check| check.required && check.state != CheckState::Up);
        let down: Vec<String> = down
            .map(|check| {
                let why = check
                    .failure
                    .as_deref()
                    .unwrap_or("it has not answered yet");
                format!("{} ({why})", check.name)
            })
            .collect();
        let what = match down.is_empty() {
            true => format!("phase {} did not end", self.phases.current()),
            false => format!("required and away: {}", down.join(", ")),
        };
        Error::unavailable(format!(
            "not ready within {limit:?} (start.timeout): {what}; start what is missing, or look at \
             its address in the configuration"
        ))
    }
}

/// What a registry is told of this process.
pub(super) fn opened(config: &Config, env: Env) -> Opened {
    Opened {
        env,
        prod: !config.is_dev(),
        // One for all services of a user.
        folder: config.state_dir().with_file_name("registry"),
    }
}

/// Binds every client; gives those that lead elsewhere.
pub(super) fn bind_clients(composite: &Composite, registry: &dyn Registry) -> Result<Vec<Awaited>> {
    let mut awaited = Vec::new();
    for binding in composite.composed.take_bindings() {
        awaited.extend(binding(&composite.composed, registry)?);
    }
    Ok(awaited)
}

/// Another service may come later, so it is said and nothing more.
fn warn_of_unknown(awaited: &[Awaited]) {
    for Awaited { contract, watch } in awaited {
        if watch.snapshot().instances.is_empty() {
            tracing::warn!(
                contract,
                service = watch.service(),
                "no instance of the service is known yet: calls fail until there is one; is its \
                 name right (client.{contract}.url), and the registry (registry.url)?"
            );
        }
    }
}

/// Whether somebody set `key`.
fn is_chosen(config: &Config, key: &str) -> bool {
    config
        .effective()
        .iter()
        .any(|row| row.key() == key && !row.is_default())
}
