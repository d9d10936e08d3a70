//! [`System`]: services under test, in the test's own process.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

use super::Capture;
use super::client::InProcess;
use super::folder::Folder;
use crate::app::{Composition, Listeners, Opens, Running, Stopped, TestPlan};
use crate::config::Inputs;
use crate::context::Env;
use crate::contract::{Contract, Link};
use crate::health::Health;
use crate::http::Edge;
use crate::{App, Chassis, Error, Result};

/// A system that runs within a test.
pub struct System {
    running: Running,
    edge: Edge,
    env: Env,
    capture: Capture,
    state: Folder,
}

/// A system that is about to start.
#[must_use = "it does nothing before `start`"]
pub struct SystemBuilder {
    composition: Composition,
    set: Vec<(String, String)>,
    toml: String,
    seed: u64,
    listens: bool,
}

impl System {
    /// The one service `name`, composed by `service`.
    pub fn of<F, Fut>(name: impl Into<String>, service: F) -> SystemBuilder
    where
        F: FnOnce(App) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        SystemBuilder::new(Chassis::new(name).single(service))
    }

    /// Several services, to be added by [`SystemBuilder::with`].
    pub fn compose(name: impl Into<String>) -> SystemBuilder {
        SystemBuilder::new(Chassis::compose(name))
    }

    /// A client of the contract `C`: its calls go through the edge, as from the wire, without a
    /// socket.
    pub fn client<C: Contract + ?Sized>(&self) -> Arc<C> {
        let transport = InProcess {
            edge: self.edge.clone(),
            env: self.env.clone(),
        };
        let link = Link::unbound();
        link.bind(crate::contract::Bound::Remote(Arc::new(transport)));
        C::connect(link)
    }

    /// Sends one request through the edge.
    ///
    /// # Panics
    ///
    /// When the body of a merged router's answer fails half-way.
    pub async fn call(&self, request: Request<Bytes>) -> Response<Bytes> {
        match self.edge.call(request).await {
            Ok(answer) => answer,
            Err(error) => panic!("the answer's body failed: {error}"),
        }
    }

    /// GET `path`.
    ///
    /// # Panics
    ///
    /// When `path` is no path.
    pub async fn get(&self, path: &str) -> Response<Bytes> {
        let request = Request::get(path).body(Bytes::new());
        match request {
            Ok(request) => self.call(request).await,
            Err(error) => panic!("`{path}` is no path: {error}"),
        }
    }

    /// Its checks and readiness.
    pub fn health(&self) -> &Health {
        self.running.health()
    }

    /// What was recorded so far: spans, log lines, lines of the access log.
    pub fn captured(&self) -> &Capture {
        &self.capture
    }

    /// The metrics as a scrape gets them, in Prometheus' text format.
    pub fn metrics(&self) -> String {
        self.running.telemetry().metrics().scrape(None).1
    }

    /// Its clock and randomness.
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// Where it listens; nothing unless [`SystemBuilder::listening`] was said.
    pub fn listeners(&self) -> &Listeners {
        self.running.listeners()
    }

    /// Changes the whole `chassis.toml` while it runs, as if the file had changed.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it; then all stays as it is.
    pub fn reconfigure(&self, toml: &str) -> Result {
        self.running.reload_from(&inputs(&self.state, toml))
    }

    /// Stops it, and says what had to be left behind.
    pub async fn stop(self) -> Stopped {
        self.running.stop().await
    }
}

impl SystemBuilder {
    fn new(composition: Composition) -> Self {
        Self {
            composition,
            set: Vec::new(),
            toml: String::new(),
            seed: 0,
            listens: false,
        }
    }

    /// Adds the component `name`, composed by `service`.
    pub fn with<F, Fut>(mut self, name: impl Into<String>, service: F) -> Self
    where
        F: FnOnce(App) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.composition = self.composition.with(name, service);
        self
    }

    /// The whole `chassis.toml`, inline.
    pub fn config(mut self, toml: impl Into<String>) -> Self {
        self.toml = toml.into();
        self
    }

    /// Sets one key, above [`config`](Self::config): `set("client.orders.url", "local:?encode=json")`.
    pub fn set(mut self, key: impl Into<String>, value: impl fmt::Display) -> Self {
        self.set.push((key.into(), value.to_string()));
        self
    }

    /// Where randomness begins; the same seed gives the same ids and choices. 0 unless said.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Listens on free ports of loopback: service, probe and admin. Time should not be paused then.
    pub fn listening(mut self) -> Self {
        self.listens = true;
        self
    }

    /// Starts it on the current runtime, under profile dev, with a store in memory. It takes
    /// nothing from the process: no argument, no variable, no file.
    ///
    /// # Errors
    ///
    /// As a start in a process.
    pub async fn start(self) -> Result<System> {
        let state = Folder::new();
        let env = Env::seeded(self.seed);
        let inputs = inputs(&state, &self.toml);
        let plan = TestPlan {
            inputs,
            set: self.set,
            env: env.clone(),
            opens: match self.listens {
                true => Opens::All,
                false => Opens::Nothing,
            },
            profile: "dev",
            registry: None,
        };
        let (running, capture) = plan.start(self.composition).await?;
        let edge = running.edge().cloned();
        let edge = edge.ok_or_else(|| Error::bug("a system that started has no edge"))?;
        Ok(System {
            running,
            edge,
            env,
            capture,
            state,
        })
    }
}

/// Nothing of the process, and one file.
fn inputs(state: &Folder, toml: &str) -> Inputs {
    let none = Inputs::none().var("XDG_STATE_HOME", state.path());
    none.file("chassis.toml", toml)
}

impl fmt::Debug for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("System")
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SystemBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SystemBuilder")
            .field("composition", &self.composition)
            .field("listens", &self.listens)
            .finish_non_exhaustive()
    }
}
