//! The two runtimes of a process.
//!
//! *Serving* runs the service's code: handlers, tasks, checks. *Control* runs the lifecycle, the
//! probe and the admin listener, and all timers of the chassis, on one thread of its own: it keeps
//! answering and can stop the process whatever the service's code does to its runtime.

use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

use crate::{Error, Result};

/// Where to run what. A cheap clone.
#[derive(Debug, Clone)]
pub(super) struct Runtimes {
    pub(super) control: Handle,
    pub(super) serving: Handle,
}

/// The runtime for the service's code: as many workers as there are cores.
pub(super) fn serving() -> Result<Runtime> {
    let runtime = Builder::new_multi_thread()
        .thread_name("chassis-worker")
        .enable_all()
        .build();
    runtime.map_err(failed)
}

/// The runtime for the lifecycle, driven by whoever blocks on it.
pub(super) fn control() -> Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)
}

/// A control runtime on a thread of its own, for embedding. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct ControlThread {
    pub(super) handle: Handle,
    _end: oneshot::Sender<()>,
}

impl ControlThread {
    pub(super) fn start() -> Result<Self> {
        let runtime = control()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel::<()>();
        thread::Builder::new()
            .name("chassis-control".into())
            .spawn(move || drop(runtime.block_on(ended)))
            .map_err(failed)?;
        Ok(Self { handle, _end: end })
    }
}

fn failed(error: io::Error) -> Error {
    Error::unavailable("cannot start a runtime").because(error)
}
