//! Simulation: services on the hosts of a network that exists only in this process.
//!
//! Every host runs a service as production would: its edge, its clients with all their policies,
//! its drain, under profile prod. Time is virtual and jumps where nobody has anything to do, so
//! that a minute takes a moment; latencies, losses and choices come from a seed. The same seed
//! gives the same run, line by line: see [`Simulation::log`].
//!
//! What a simulated service must not do: start threads, ask a clock or a random number generator
//! that isn't [`Env`](crate::context::Env), or block on a real socket or file. SQL pools do; keep
//! state in memory instead, shared between hosts by an `Arc`, which is then the database that
//! outlives them.
//!
//! The network is [turmoil]'s. Its TCP doesn't send again what a link lost: a connection that loses
//! a segment stands still, as behind a link that is gone, until somebody's limit ends it.
//!
//! ```
//! use std::time::Duration;
//! use chassis::testing::Simulation;
//! # async fn service(_: chassis::App) -> chassis::Result { Ok(()) }
//!
//! let mut world = Simulation::new(7);
//! world.host("inventory-1", "inventory", "", service);
//! world.run(Duration::from_secs(10));
//! assert!(world.log().contains("phase is over"));
//! ```

mod clock;
mod host;
mod network;
mod registry;

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use self::clock::Skew;
use self::host::{Host, Log};
use self::network::Lines;
use self::registry::SimulatedRegistry;
use crate::{App, Result};

/// How far time goes in one step: messages arrive at the beginning of one. Shorter steps find
/// nothing more and cost in proportion.
const STEP: Duration = Duration::from_millis(5);

/// What a message takes where nobody said otherwise: one to three steps.
const LATENCY: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(15));

/// Longer than anybody simulates; [`Simulation::run`] says how long.
const EVER: Duration = Duration::from_secs(365 * 86_400);

/// Hosts with services, the links between them, and the time. See the module's page.
pub struct Simulation {
    seed: u64,
    world: turmoil::Sim<'static>,
    registry: SimulatedRegistry,
    hosts: BTreeMap<String, Arc<Host>>,
    log: Log,
}

impl Simulation {
    /// A network without hosts, whose messages take 1 to 15 ms. The same `seed` gives the same run.
    pub fn new(seed: u64) -> Self {
        let world = turmoil::Builder::new()
            .rng_seed(seed)
            .epoch(clock::EPOCH)
            .tick_duration(STEP)
            .simulation_duration(EVER)
            .min_message_latency(LATENCY.0)
            .max_message_latency(LATENCY.1)
            .tcp_capacity(4096)
            .build();
        Self {
            seed,
            world,
            registry: SimulatedRegistry::default(),
            hosts: BTreeMap::new(),
            log: Log::default(),
        }
    }

    /// Adds the host `name`, which runs `service` under the name `service_name` with the
    /// configuration `toml`, from now on. Others reach it as `NAME:8080`, and by the registry.
    pub fn host<F, Fut>(&mut self, name: &str, service_name: &str, toml: &str, service: F)
    where
        F: Fn(App) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        let host = Arc::new(Host {
            name: name.to_owned(),
            service: service_name.to_owned(),
            toml: toml.to_owned(),
            seed: self.seed ^ host::number(name),
            skew: Skew::default(),
            lines: Lines::default(),
            starts: 0.into(),
            stop: host::Stop::default(),
            registry: self.registry.clone(),
            log: self.log.clone(),
        });
        self.hosts.insert(name.to_owned(), Arc::clone(&host));
        self.world.host(name, move || {
            let (host, service) = (Arc::clone(&host), service.clone());
            async move { host.run(service).await }
        });
    }

    /// Lets `time` pass.
    ///
    /// # Panics
    ///
    /// When a service doesn't start, or the test's own code panics on a host.
    pub fn run(&mut self, time: Duration) {
        let end = self.world.elapsed() + time;
        while self.world.elapsed() < end {
            if let Err(error) = self.world.step() {
                panic!(
                    "the simulation with seed {} failed at {:?}: {error}",
                    self.seed,
                    self.elapsed()
                );
            }
            self.registry.expire(self.world.elapsed());
        }
    }

    /// Ends the host's process at once, as SIGKILL does: its connections break, new ones get
    /// no answer, its entry in the registry stays for as long as the time to live says.
    pub fn crash(&mut self, host: &str) {
        self.say(format_args!("crash {host}"));
        self.killed(host);
        self.world.crash(host);
    }

    /// Tells the host's service to stop, as SIGTERM does. It lingers and drains while time passes.
    pub fn stop(&mut self, host: &str) {
        self.say(format_args!("stop {host}"));
        if let Some(host) = self.hosts.get(host) {
            host.stop.ask();
        }
    }

    /// Whether the host's process runs.
    pub fn is_running(&mut self, host: &str) -> bool {
        self.world.is_host_running(host)
    }

    /// Starts the host's service again; what still runs of it is killed.
    pub fn start(&mut self, host: &str) {
        self.say(format_args!("start {host}"));
        self.killed(host);
        self.world.bounce(host);
    }

    /// No message passes between the two any more, and nobody is told.
    pub fn partition(&mut self, one: &str, other: &str) {
        self.say(format_args!("partition {one} {other}"));
        self.world.partition(one, other);
    }

    /// No message passes from `from` to `to` any more; the other way all do.
    pub fn partition_oneway(&mut self, from: &str, to: &str) {
        self.say(format_args!("partition {from} -> {to}"));
        self.world.partition_oneway(from, to);
    }

    /// Messages pass again between the two. What was lost stays lost.
    pub fn repair(&mut self, one: &str, other: &str) {
        self.say(format_args!("repair {one} {other}"));
        self.world.repair(one, other);
    }

    /// Every message between the two takes `latency` from now on.
    pub fn latency(&mut self, one: &str, other: &str, latency: Duration) {
        self.say(format_args!("latency {one} {other} {latency:?}"));
        self.world.set_link_latency(one, other, latency);
        // What is set first would else be above the ceiling of the second.
        self.world.set_link_max_message_latency(one, other, latency);
    }

    /// A message between the two is lost with this chance (0 to 1), and with it what its connection
    /// carries: nothing is sent again.
    pub fn loss(&mut self, one: &str, other: &str, chance: f64) {
        self.say(format_args!("loss {one} {other} {chance}"));
        self.world.set_link_fail_rate(one, other, chance);
    }

    /// Moves the host's wall clock by so many seconds. Its durations stay as they are.
    pub fn skew(&mut self, host: &str, seconds: i64) {
        self.say(format_args!("skew {host} {seconds}s"));
        if let Some(host) = self.hosts.get(host) {
            host.skew.set(seconds);
        }
    }

    /// The virtual time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.world.elapsed()
    }

    /// The seed: what replays this run.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Everything that happened so far: what was done to the network, and the log lines of each
    /// host, a line each. Two runs with the same seed have the same log.
    pub fn log(&self) -> String {
        self.log.text()
    }

    fn killed(&self, host: &str) {
        if let Some(host) = self.hosts.get(host) {
            host.lines.kill();
        }
    }

    fn say(&self, what: fmt::Arguments<'_>) {
        self.log
            .note(format_args!("{:?} {what}", self.world.elapsed()));
    }
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation")
            .field("seed", &self.seed)
            .field("elapsed", &self.world.elapsed())
            .field("hosts", &self.hosts.keys())
            .finish_non_exhaustive()
    }
}
