//! Starting for a test: on its runtime, by its clock, with everything captured.

use tokio::runtime::Handle;

use super::boot;
use super::chassis::Composition;
use super::embed::{Surroundings, launch};
use super::running::Running;
use super::runtimes::Runtimes;
use crate::config::{Cli, Inputs};
use crate::context::Env;
use crate::telemetry::{Capture, Telemetry};
use crate::{Error, Result};

/// What a test starts a system with.
pub(crate) struct TestPlan {
    pub(crate) inputs: Inputs,
    pub(crate) set: Vec<(String, String)>,
    pub(crate) env: Env,
    pub(crate) listens: bool,
}

impl TestPlan {
    /// Starts `composition`. One runtime does all, so that a test holds its time.
    pub(crate) async fn start(self, composition: Composition) -> Result<(Running, Capture)> {
        composition.check_names()?;
        let composition = composition.default_profile("dev").defaults(&[
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
            listens: self.listens,
        };
        Ok((launch(composition, read, surroundings).await?, capture))
    }
}
