//! Background tasks of a service: started when it is, asked to stop, and never lost silently.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinError, JoinHandle};
use tokio::time::MissedTickBehavior;

use crate::health::{Check, Health};
use crate::{Error, Result};

/// Says when a task should come to its end. A cheap clone.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Waits until the service stops.
    pub async fn requested(&self) {
        // A sender that is gone means that the service is gone.
        let _ = self.0.clone().wait_for(|stop| *stop).await;
    }

    /// Whether the service stops.
    pub fn is_requested(&self) -> bool {
        *self.0.borrow()
    }
}

/// What a task may end with: nothing, or a [`Result`].
#[diagnostic::on_unimplemented(
    message = "a background task cannot end with `{Self}`",
    label = "this task ends with `{Self}`",
    note = "end it with `()` or `chassis::Result`; `?` turns every error into `chassis::Error`, so a task that fails ends with `Ok(())`"
)]
pub trait Finish: sealed::Sealed + Send + 'static {
    /// The end as a result.
    #[doc(hidden)]
    fn finish(self) -> Result;
}

impl Finish for () {
    fn finish(self) -> Result {
        Ok(())
    }
}

impl Finish for Result {
    fn finish(self) -> Result {
        self
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for () {}
    impl Sealed for crate::Result {}
}

type Body = Box<dyn FnOnce(Stop) -> Pin<Box<dyn Future<Output = Result> + Send>> + Send>;

struct Task {
    name: String,
    health: Health,
    body: Body,
}

/// The tasks of a process. A cheap clone.
#[derive(Clone)]
pub(super) struct Tasks(Arc<Inner>);

struct Inner {
    stop: watch::Sender<bool>,
    /// How many tasks run.
    count: watch::Sender<usize>,
    state: Mutex<State>,
}

/// Tasks wait for the start, so that they find their clients bound and their stores migrated.
enum State {
    Waiting(Vec<Task>),
    Running {
        handle: Handle,
        next: u64,
        live: BTreeMap<u64, Live>,
    },
    Stopped,
}

/// A task that runs.
struct Live {
    name: String,
    abort: AbortHandle,
}

impl Tasks {
    pub(super) fn new() -> Self {
        Self(Arc::new(Inner {
            stop: watch::channel(false).0,
            count: watch::channel(0).0,
            state: Mutex::new(State::Waiting(Vec::new())),
        }))
    }

    /// Runs `body` as task `name` from the start on, or at once when the service runs already.
    pub(super) fn spawn<F, Fut>(&self, health: &Health, name: &str, body: F)
    where
        F: FnOnce(Stop) -> Fut + Send + 'static,
        Fut: Future<Output: Finish> + Send + 'static,
    {
        let body: Body = Box::new(|stop| Box::pin(async { body(stop).await.finish() }));
        let task = Task {
            name: name.to_owned(),
            health: health.clone(),
            body,
        };
        self.add(&mut self.state(), task);
    }

    /// Runs `job` at the start and then once a period, never beside itself. A run that fails is
    /// logged and shown; the next comes all the same.
    pub(super) fn every<F, Fut>(&self, health: &Health, name: &str, period: Duration, job: F)
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output: Finish> + Send + 'static,
    {
        let shown = health.observe(&format!("task {name}"));
        let task = name.to_owned();
        self.spawn(health, name, async move |stop: Stop| {
            let mut ticks = tokio::time::interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    biased;
                    () = stop.requested() => return,
                    _ = ticks.tick() => show(&shown, &task, &caught(job()).await, "it runs again at its next time"),
                }
            }
        });
    }

    /// Starts what waits, on `handle`.
    pub(super) fn start(&self, handle: &Handle) {
        let mut state = self.state();
        let running = State::Running {
            handle: handle.clone(),
            next: 0,
            live: BTreeMap::new(),
        };
        if let State::Waiting(waiting) = mem::replace(&mut *state, running) {
            waiting
                .into_iter()
                .for_each(|task| self.add(&mut state, task));
        }
    }

    /// Asks every task to stop and waits until all have.
    pub(super) async fn stop(&self) {
        self.0.stop.send_replace(true);
        let _ = self.0.count.subscribe().wait_for(|count| *count == 0).await;
    }

    /// Ends what did not stop; gives the names.
    pub(super) fn abandon(&self) -> Vec<String> {
        let state = mem::replace(&mut *self.state(), State::Stopped);
        match state {
            State::Running { live, .. } => {
                live.values().for_each(|task| task.abort.abort());
                live.into_values().map(|task| task.name).collect()
            }
            _ => Vec::new(),
        }
    }

    fn add(&self, state: &mut State, task: Task) {
        match state {
            State::Waiting(waiting) => waiting.push(task),
            State::Running { handle, next, live } => {
                let (id, name) = (*next, task.name.clone());
                *next += 1;
                self.0.count.send_modify(|count| *count += 1);
                let ended = Ended {
                    tasks: self.clone(),
                    id,
                };
                let abort = handle.spawn(self.supervise(task, ended)).abort_handle();
                live.insert(id, Live { name, abort });
            }
            State::Stopped => tracing::warn!(task = task.name, "not started: the service stops"),
        }
    }

    fn supervise(&self, task: Task, ended: Ended) -> impl Future<Output = ()> + Send + use<> {
        let stop = Stop(self.0.stop.subscribe());
        async move {
            let _ended = ended;
            let Task { name, health, body } = task;
            // Called inside: a body may panic before its first await.
            let result = caught(async move { body(stop).await }).await;
            if result.is_err() {
                show(
                    &health.observe(&format!("task {name}")),
                    &name,
                    &result,
                    "it is not started again before the service is",
                );
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a task off the list when it is over, however it ends.
struct Ended {
    tasks: Tasks,
    id: u64,
}

impl Drop for Ended {
    fn drop(&mut self) {
        if let State::Running { live, .. } = &mut *self.tasks.state() {
            live.remove(&self.id);
        }
        self.tasks.0.count.send_modify(|count| *count -= 1);
    }
}

/// Runs `job` as a task of its own, so that a panic ends only it. Dropped, it aborts the job.
async fn caught<Fut>(job: Fut) -> Result
where
    Fut: Future<Output: Finish> + Send + 'static,
{
    let mut job = Owned(Handle::current().spawn(job));
    match (&mut job.0).await {
        Ok(end) => end.finish(),
        Err(error) => Err(Error::bug(format!("it panicked: {}", panic_message(error)))),
    }
}

/// What a task said when it panicked, without the runtime's number for it.
pub(super) fn panic_message(error: JoinError) -> String {
    let Ok(panic) = error.try_into_panic() else {
        return "it was cancelled".to_owned();
    };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".to_owned())
}

struct Owned<T>(JoinHandle<T>);

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Logs how a run went and what is `next` after a failure, and shows it on the health page.
fn show(shown: &Check, task: &str, result: &Result, next: &str) {
    match result {
        Ok(()) => shown.succeed(),
        Err(error) => {
            tracing::error!(task, %error, "background task failed; {next}");
            shown.fail(error);
        }
    }
}

impl fmt::Debug for Tasks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tasks")
            .field("running", &*self.0.count.borrow())
            .finish_non_exhaustive()
    }
}
