//! [`Chassis`] and [`Composition`]: what a program says of itself before it runs.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::process::ExitCode;

use super::listeners::Listeners;
use super::{App, Running, boot, embed};
use crate::Result;
use crate::config::{Inputs, Target};
use crate::contract::{Contract, Served};

/// A composition root, behind one type.
pub(super) type Service =
    Box<dyn FnOnce(App) -> Pin<Box<dyn Future<Output = Result> + Send>> + Send>;

/// What is printed once all is ready.
pub(super) type Announce = Box<dyn Fn(&Listeners) -> Option<String> + Send + Sync>;

/// A service that is about to run.
///
/// ```no_run
/// use std::process::ExitCode;
///
/// use chassis::{App, Chassis};
///
/// async fn service(app: App) -> chassis::Result {
///     Ok(())
/// }
///
/// fn main() -> ExitCode {
///     Chassis::new("inventory").run(service)
/// }
/// ```
#[derive(Debug)]
#[must_use = "it does nothing before `run` or `start`"]
pub struct Chassis(Composition);

/// Several services in one process.
///
/// ```no_run
/// # use chassis::{App, Chassis};
/// # async fn orders(_: App) -> chassis::Result { Ok(()) }
/// # async fn inventory(_: App) -> chassis::Result { Ok(()) }
/// fn main() -> std::process::ExitCode {
///     Chassis::compose("shop").with("orders", orders).with("inventory", inventory).run()
/// }
/// ```
#[must_use = "it does nothing before `run` or `start`"]
pub struct Composition {
    pub(super) name: String,
    pub(super) version: Option<String>,
    pub(super) default_profile: Option<String>,
    /// Whether components have names of their own.
    pub(super) composed: bool,
    pub(super) components: Vec<(String, Service)>,
    pub(super) announce: Option<Announce>,
    pub(super) inputs: Option<Inputs>,
    /// What lies below all sources in profile dev.
    pub(super) defaults: Vec<(&'static str, &'static str)>,
}

impl Chassis {
    /// The service `name`: its `service.name`, and the name under which it registers.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Composition::new(name.into(), false))
    }

    /// Several services in one process: each keeps its own name, section of the configuration and
    /// checks; runtime, listeners and shutdown are shared.
    pub fn compose(name: impl Into<String>) -> Composition {
        Composition::new(name.into(), true)
    }

    /// The profile where neither `--profile` nor `CHASSIS_PROFILE` names one. Without it, prod's
    /// rules hold.
    pub fn default_profile(self, profile: impl Into<String>) -> Self {
        Self(self.0.default_profile(profile))
    }

    /// What `--version` prints and `service.version` says: `env!("CARGO_PKG_VERSION")`.
    pub fn version(self, version: impl Into<String>) -> Self {
        Self(self.0.version(version))
    }

    /// Prints the text that `announce` gives once the service is ready, after the listeners.
    pub fn announce(
        self,
        announce: impl Fn(&Listeners) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self(self.0.announce(announce))
    }

    /// Reads the configuration from `inputs` instead of the process.
    pub fn inputs(self, inputs: Inputs) -> Self {
        Self(self.0.inputs(inputs))
    }

    /// Runs `service` until it is asked to stop, and ends within its limits even when a task
    /// hangs. It owns the runtime and reads the command line. Call it in `main` and give back what
    /// it gives: 0 clean, 78 bad configuration, 69 a required dependency missing, 70 a bug.
    pub fn run<F, Fut>(self, service: F) -> ExitCode
    where
        F: FnOnce(App) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.single(service).run()
    }

    /// [`run`](Chassis::run) for a service that is one contract and needs nothing else.
    pub fn serve<C: Contract + ?Sized>(self, service: impl Served<C>) -> ExitCode {
        self.run(async move |app: App| {
            app.serve::<C>(service);
            Ok(())
        })
    }

    /// Starts `service` within a program that has a runtime, and hands back a running one. The
    /// command line and signals stay the program's own.
    ///
    /// # Errors
    ///
    /// When the configuration is wrong, or something that is required is missing.
    pub async fn start<F, Fut>(self, service: F) -> Result<Running>
    where
        F: FnOnce(App) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.single(service).start().await
    }

    pub(crate) fn single<F, Fut>(self, service: F) -> Composition
    where
        F: FnOnce(App) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        let name = self.0.name.clone();
        self.0.with(name, service)
    }
}

impl Composition {
    fn new(name: String, composed: bool) -> Self {
        Self {
            name,
            version: None,
            default_profile: None,
            composed,
            components: Vec::new(),
            announce: None,
            inputs: None,
            defaults: Vec::new(),
        }
    }

    /// Adds the component `name`, composed by `service`. Name callers before those they call: a
    /// split system stops in this order.
    ///
    /// A name is lower-case letters, digits and `-`, beginning with a letter; `split` and the
    /// chassis' own sections of the configuration (`http`, `client`, …) are none. A wrong one is
    /// the error of the start.
    pub fn with<F, Fut>(mut self, name: impl Into<String>, service: F) -> Self
    where
        F: FnOnce(App) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.components
            .push((name.into(), Box::new(|app| Box::pin(service(app)))));
        self
    }

    /// As [`Chassis::default_profile`].
    pub fn default_profile(mut self, profile: impl Into<String>) -> Self {
        self.default_profile = Some(profile.into());
        self
    }

    /// As [`Chassis::version`].
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// As [`Chassis::announce`].
    pub fn announce(
        mut self,
        announce: impl Fn(&Listeners) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.announce = Some(Box::new(announce));
        self
    }

    /// As [`Chassis::inputs`].
    pub fn inputs(mut self, inputs: Inputs) -> Self {
        self.inputs = Some(inputs);
        self
    }

    /// As [`Chassis::run`]: all components, or the one that the command line names, or each in a
    /// process of its own (`split`).
    pub fn run(self) -> ExitCode {
        boot::run(self)
    }

    /// As [`Chassis::start`].
    ///
    /// # Errors
    ///
    /// When the configuration is wrong, or something that is required is missing.
    pub async fn start(self) -> Result<Running> {
        embed::start(self).await
    }

    /// Lays values below all sources, in profile dev.
    #[cfg(feature = "testing")]
    pub(super) fn defaults(mut self, values: &[(&'static str, &'static str)]) -> Self {
        self.defaults.extend(values);
        self
    }

    /// Keeps only what `target` names.
    pub(super) fn keep(&mut self, target: &Target) {
        if let Target::Component(only) = target {
            self.components.retain(|(name, _)| name == only);
        }
    }

    /// Whether the component `name` is to run in this process.
    pub(super) fn has(&self, name: &str) -> bool {
        self.components.iter().any(|(other, _)| other == name)
    }

    /// What this process is called where it prints: the one component, where it runs one of many.
    pub(super) fn process_name(&self) -> String {
        match &self.components[..] {
            [(only, _)] => only.clone(),
            _ => self.name.clone(),
        }
    }

    /// The names of the components, where they have names of their own.
    pub(super) fn names(&self) -> Vec<String> {
        match self.composed {
            true => self
                .components
                .iter()
                .map(|(name, _)| name.clone())
                .collect(),
            false => Vec::new(),
        }
    }
}

impl fmt::Debug for Composition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Composition")
            .field("name", &self.name)
            .field("components", &self.names())
            .finish_non_exhaustive()
    }
}
