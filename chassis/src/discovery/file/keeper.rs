//! [`Keeper`]: keeps our entries young and the watches up to date, whenever it is asked to.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime};

use super::directory::{Directory, Found};
use super::process::Process;
use super::record::{Record, file_name, prefix};
use crate::context::Env;
use crate::discovery::{Instance, Publisher, Watch};
use crate::{Error, Result};

/// How often the folder is read.
pub(super) const PERIOD: Duration = Duration::from_millis(500);

/// Every so many readings our own entries are touched: every 2 s.
const TOUCH_EVERY: u64 = 4;

/// An entry that was not touched for so long is not believed: its process hangs.
pub(super) const TIME_TO_LIVE: Duration = Duration::from_secs(10);

/// One side of the folder: ours to write, everybody's to read.
#[derive(Debug)]
pub(super) struct Keeper {
    directory: Directory,
    env: Env,
    own: Process,
    state: Mutex<State>,
    ticks: AtomicU64,
    is_stopped: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    watched: HashMap<String, Publisher>,
    /// Our entries, by the names of their files.
    announced: HashMap<String, Announced>,
}

#[derive(Debug)]
struct Announced {
    /// What the file holds.
    text: String,
    /// Tells a registration from the one that replaced it.
    generation: u64,
}

impl Keeper {
    pub(super) fn new(directory: Directory, env: Env) -> Self {
        Self {
            directory,
            env,
            own: Process::own(),
            state: Mutex::default(),
            ticks: AtomicU64::new(0),
            is_stopped: AtomicBool::new(false),
        }
    }

    /// A watch on `service`, filled.
    pub(super) fn watch(&self, service: &str) -> Watch {
        let mut state = self.state();
        if let Some(publisher) = state.watched.get(service) {
            return publisher.watch();
        }
        let (publisher, watch) = Watch::channel(service);
        state.watched.insert(service.to_owned(), publisher);
        self.read(&state);
        watch
    }

    /// Writes an entry, and gives the name of its file and what [`withdraw`](Self::withdraw) knows
    /// it by.
    pub(super) fn announce(&self, instance: Instance) -> Result<(String, u64)> {
        let name = file_name(&instance);
        let record = Record {
            instance,
            process: self.own.clone(),
        };
        let text = serde_json::to_string(&record)?;
        let mut state = self.state();
        self.directory
            .write(&name, &text, self.env.wall())
            .map_err(|error| failed("cannot announce", &name, error))?;
        let old = state.announced.get(&name);
        let generation = old.map_or(0, |old| old.generation + 1);
        let announced = Announced { text, generation };
        state.announced.insert(name.clone(), announced);
        self.read(&state);
        Ok((name, generation))
    }

    /// Removes an entry of ours, unless another one has replaced it.
    pub(super) fn withdraw(&self, name: &str, generation: u64) -> Result {
        let mut state = self.state();
        let current = state.announced.get(name).map(|one| one.generation);
        if current != Some(generation) {
            return Ok(());
        }
        state.announced.remove(name);
        self.directory
            .remove(name)
            .map_err(|error| failed("cannot withdraw", name, error))?;
        self.read(&state);
        Ok(())
    }

    /// Does what is due; to be called every [`PERIOD`].
    pub(super) fn tick(&self) {
        let state = self.state();
        let ticks = self.ticks.fetch_add(1, Ordering::Relaxed);
        if ticks.is_multiple_of(TOUCH_EVERY) {
            self.touch(&state);
        }
        self.read(&state);
    }

    /// Keeps our entries young; one that somebody removed is written again. What fails is tried
    /// again the next time.
    fn touch(&self, state: &State) {
        let now = self.env.wall();
        for (name, announced) in &state.announced {
            if self.directory.touch(name, now).is_err() {
                let _lost = self.directory.write(name, &announced.text, now);
            }
        }
    }

    /// Publishes what the folder holds. Where it cannot be read, what is known stays.
    fn read(&self, state: &State) {
        if state.watched.is_empty() {
            return;
        }
        let prefixes: Vec<_> = state.watched.keys().map(|name| prefix(name)).collect();
        let is_wanted = |name: &str| {
            !name.starts_with('.') && prefixes.iter().any(|prefix| name.starts_with(prefix))
        };
        match self.directory.read(is_wanted) {
            Ok(found) => self.publish(state, &found),
            Err(error) => {
                for publisher in state.watched.values() {
                    publisher.lost(error.to_string());
                }
            }
        }
    }

    fn publish(&self, state: &State, found: &[Found]) {
        let now = self.env.wall();
        let alive: Vec<Instance> = found
            .iter()
            .filter_map(|found| self.alive(found, now))
            .collect();
        for (service, publisher) in &state.watched {
            let own = alive.iter().filter(|one| one.service == *service);
            publisher.publish(own.cloned().collect());
        }
    }

    /// The instance of a file, if it is alive. The file of one that is certainly not is removed:
    /// its process can do that no more.
    fn alive(&self, found: &Found, now: SystemTime) -> Option<Instance> {
        let record: Record = serde_json::from_str(&found.text).ok()?;
        if record.process.is_gone(&self.own) {
            let _left_for_others = self.directory.remove(&found.name);
            return None;
        }
        let age = now.duration_since(found.touched).unwrap_or_default();
        (age < TIME_TO_LIVE).then_some(record.instance)
    }

    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Relaxed);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the thread that calls [`Keeper::tick`] in time, until [`Keeper::stop`]. Entries that
/// outlive the registry are no longer kept young then, and end.
pub(super) fn drive(keeper: &Arc<Keeper>) -> Result<Thread> {
    let keeper = Arc::clone(keeper);
    let handle = thread::Builder::new()
        .name("chassis-registry".to_owned())
        .spawn(move || {
            while !keeper.is_stopped.load(Ordering::Relaxed) {
                keeper.tick();
                thread::park_timeout(PERIOD);
            }
        })
        .map_err(|error| {
            Error::unavailable("no thread can be started for the registry").because(error)
        })?;
    Ok(handle.thread().clone())
}

fn failed(what: &str, name: &str, error: io::Error) -> Error {
    Error::unavailable(format!("the file registry {what} {name}")).because(error)
}
