//! Starting for a test: on its runtime, by its clock, with everything captured.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::boot;
use super::chassis::Composition;
use super::embed::{Surroundings, launch};
use super::running::Running;
use super::runtimes::Runtimes;
use super::start::Opens;
use crate::config::{Cli, Inputs};
use crate::context::Env;
use crate::discovery::Registry;
use crate::telemetry::{Capture, Telemetry};
use crate::{Error, Result};

/// What a test starts a system with.
pub(crate) struct TestPlan {
    pub(crate) inputs: Inputs,
    pub(crate) set: Vec<(String, String)>,
    pub(crate) env: Env,
    pub(crate) opens: Opens,
    /// The profile where nobody says another; dev has everything on free ports of loopback and a
    /// store in memory.
    pub(crate) profile: &'static str,
    /// The registry, where it isn't the one that the configuration names.
    pub(crate) registry: Option<Arc<dyn Registry>>,
}

impl TestPlan {
    /// Starts `composition`. One runtime does all, so that a test holds its time.
    pub(crate) async fn start(self, composition: Composition) -> Result<(Running, Capture)> {
        composition.check_names()?;
        let composition = composition.default_profile(self.profile).defaults(&[
            ("http.listen", "127.0.0.1:0"),
            ("probe.listen", "127.0.0.1:0"),
            ("admin.listen", "127.0.0.1:0"),
            ("store.url", "sqlite::memory:"),
        ]);
        let cli = Cli {
            set: self.set,
            ..Cli::default()
        };
        let mut read =
            boot::read(&composition, &self.inputs, &cli).map_err(Error::configuration)?;
        read.report_telemetry();
        let resource = boot::resource(&composition, &read.settings.service, &self.env);
        let settings = &read.settings.telemetry;
        let (telemetry, capture) = Telemetry::captured(self.env.clone(), settings, resource)?;
        let own = Handle::current();
        let surroundings = Surroundings {
            runtimes: Runtimes {
                control: own.clone(),
                serving: own,
            },
            thread: None,
            telemetry,
            opens: self.opens,
            registry: self.registry,
        };
        Ok((launch(composition, read, surroundings).await?, capture))
    }
}
