//! Starting within a program that has a runtime of its own.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::Running;
use super::boot::{self, Read};
use super::chassis::Composition;
use super::live::Live;
use super::phase::Phases;
use super::runtimes::{ControlThread, Runtimes};
use super::start::{Opens, Plan};
use crate::config::{Cli, Inputs};
use crate::context::Env;
use crate::discovery::Registry;
use crate::telemetry::Telemetry;
use crate::{Context, Error, Result};

/// What a start takes from around it.
pub(super) struct Surroundings {
    pub(super) runtimes: Runtimes,
    /// The thread of the control runtime, where it has one of its own.
    pub(super) thread: Option<ControlThread>,
    pub(super) telemetry: Telemetry,
    pub(super) opens: Opens,
    /// The registry, where it isn't the one that the configuration names.
    pub(super) registry: Option<Arc<dyn Registry>>,
}

/// Starts `composition` on the current runtime.
pub(super) async fn start(mut composition: Composition) -> Result<Running> {
    composition.check_names()?;
    // The arguments are the program's own.
    let inputs = composition
        .inputs
        .take()
        .unwrap_or_else(Inputs::from_process);
    let mut read =
        boot::read(&composition, &inputs, &Cli::default()).map_err(Error::configuration)?;
    read.report_telemetry();
    let telemetry = boot::telemetry(&composition, &read, Env::system())?;
    let thread = ControlThread::start()?;
    let runtimes = Runtimes {
        control: thread.handle.clone(),
        serving: Handle::current(),
    };
    let thread = Some(thread);
    launch(
        composition,
        read,
        Surroundings {
            runtimes,
            thread,
            telemetry,
            opens: Opens::All,
            registry: None,
        },
    )
    .await
}

/// Starts what was read; what is open after a failure is closed again.
pub(super) async fn launch(
    composition: Composition,
    read: Read,
    surroundings: Surroundings,
) -> Result<Running> {
    let Surroundings {
        runtimes,
        thread,
        telemetry,
        opens,
        registry,
    } = surroundings;
    let control = runtimes.control.clone();
    // What is said on the way belongs to this system, also where the process has others.
    let said = Context::default().with_component(telemetry.id());
    let phases = Phases::new(telemetry.env().clone());
    let mut live = Live::new(read.settings.clone(), runtimes, phases, telemetry);
    let plan = Plan {
        registry,
        ..Plan::new(composition, read, opens)
    };
    let started = control.spawn(said.scope(async move {
        let started = live.start(plan).await;
        if started.is_err() {
            live.stop(false).await;
        }
        started.map(|()| live)
    }));
    match started.await {
        Ok(started) => Ok(Running::new(started?, thread)),
        Err(error) => Err(Error::bug("the start panicked").because(error)),
    }
}
