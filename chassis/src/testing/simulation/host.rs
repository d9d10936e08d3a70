//! What runs on a simulated host: a service, from its start to its stop.

use std::fmt::{self, Write as _};
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use super::clock::Skew;
use super::network::{Lines, Simulated};
use super::registry::SimulatedRegistry;
use crate::app::{Opens, TestPlan};
use crate::config::Inputs;
use crate::context::Env;
use crate::telemetry::Capture;
use crate::{App, Chassis, Result};

/// Where every simulated service listens.
const PORT: u16 = 8080;

/// A host, whatever runs on it now.
pub(super) struct Host {
    pub(super) name: String,
    pub(super) service: String,
    pub(super) toml: String,
    pub(super) seed: u64,
    pub(super) skew: Skew,
    /// Its open connections.
    pub(super) lines: Lines,
    /// How often it was started.
    pub(super) starts: AtomicU64,
    pub(super) stop: Stop,
    pub(super) registry: SimulatedRegistry,
    pub(super) log: Log,
}

impl Host {
    /// Starts `service`, and stops it when it is told so.
    pub(super) async fn run<F, Fut>(self: Arc<Self>, service: F) -> turmoil::Result
    where
        F: Fn(App) -> Fut + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.stop.clear();
        self.lines.begin();
        let start = self.starts.fetch_add(1, Ordering::Relaxed);
        let env = self.env(start);
        let plan = TestPlan {
            inputs: Inputs::none().file("chassis.toml", self.toml.as_str()),
            set: vec![
                ("http.listen".into(), format!("0.0.0.0:{PORT}")),
                ("registry.advertise".into(), format!("{}:{PORT}", self.name)),
                // The machine's processor is none of the simulated host's.
                ("http.overload.cpu_threshold".into(), "0".into()),
            ],
            env,
            opens: Opens::Service,
            profile: "prod",
            registry: Some(Arc::new(self.registry.clone())),
        };
        let composition = Chassis::new(&self.service).single(service);
        let (running, capture) = plan.start(composition).await?;
        self.log.host(format!("{}#{start}", self.name), capture);
        self.stop.wait().await;
        let stopped = running.end(true).await;
        self.log
            .note(format_args!("{}#{start} stopped: {stopped:?}", self.name));
        Ok(())
    }

    /// Each start has randomness of its own.
    fn env(&self, start: u64) -> Env {
        let env = Env::seeded(self.seed.wrapping_add(start));
        let age = turmoil::sim_elapsed().unwrap_or_default();
        self.skew
            .on(env, age)
            .with_network(Simulated(self.lines.clone()))
    }
}

/// Tells a host to stop.
#[derive(Debug, Default)]
pub(super) struct Stop {
    asked: AtomicBool,
    notify: Notify,
}

impl Stop {
    pub(super) fn ask(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.notify.notify_waiters();
    }

    fn clear(&self) {
        self.asked.store(false, Ordering::SeqCst);
    }

    async fn wait(&self) {
        let asked = self.notify.notified();
        if !self.asked.load(Ordering::SeqCst) {
            asked.await;
        }
    }
}

/// What happened. A cheap clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Log(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    notes: String,
    hosts: Vec<(String, Capture)>,
}

impl Log {
    pub(super) fn note(&self, note: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.kept().notes, "{note}");
    }

    fn host(&self, name: String, capture: Capture) {
        self.kept().hosts.push((name, capture));
    }

    /// The notes, then the lines of each host.
    pub(super) fn text(&self) -> String {
        let kept = self.kept();
        let mut text = kept.notes.clone();
        for (host, capture) in &kept.hosts {
            // What the network itself says is said outside of any host, and reaches one by chance.
            let own = capture.lines().into_iter();
            for line in own.filter(|line| line.target() != "turmoil") {
                let _ = writeln!(text, "{host} {}", line.json());
            }
        }
        text
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number that hangs on the name alone: FNV-1a.
pub(super) fn number(name: &str) -> u64 {
    let prime = 0x0000_0100_0000_01b3;
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(prime)
    })
}
