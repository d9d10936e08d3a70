//! `BIN chaos EXPERIMENT.toml`: does the service keep its promise while something is broken?
//!
//! The whole service runs in this process, its clients over HTTP to its own listener, with all their
//! policies. Load comes at a constant rate, whatever becomes of it. First without a fault: is the
//! steady state what the file says? Then with the fault. Then without, until it is steady again.

mod file;
mod load;
mod verdict;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use self::file::Experiment;
use self::load::Load;
use self::verdict::{Outcome, Verdict};
use super::enabled::Switch;
use crate::app::Composition;
use crate::app::boot;
use crate::app::embed::{self, Surroundings};
use crate::app::print;
use crate::app::running::Running;
use crate::app::runtimes::{self, Runtimes};
use crate::app::start::Opens;
use crate::config::{Cli, Inputs};
use crate::context::Env;
use crate::policy::Chaos;
use crate::{Error, Result};

/// What the program says of itself for an experiment, below what the person says.
const SETTINGS: [(&str, &str); 6] = [
    ("http.listen", "127.0.0.1:0"),
    ("probe.listen", "127.0.0.1:0"),
    ("admin.listen", "127.0.0.1:0"),
    ("logs.level", "error"),
    ("logs.access", "false"),
    // The service finds itself, and nobody else's.
    ("registry.url", "memory:"),
];

/// Connections are opened, code is warm.
const WARM_UP: Duration = Duration::from_secs(1);

/// Runs the experiment in `path` on `composition`; the exit code says the verdict.
///
/// # Errors
///
/// When the file or the configuration is wrong, or the service doesn't start.
pub(in crate::app) fn run(
    composition: Composition,
    inputs: &Inputs,
    mut cli: Cli,
    path: &Path,
) -> Result<ExitCode> {
    let experiment = Experiment::read(path, inputs)?;
    let own = SETTINGS.map(|(key, value)| (key.to_owned(), value.to_owned()));
    // Stores and tokens of the day are none of an experiment's business.
    let folder = Folder::new();
    let inputs = &inputs.clone().var("XDG_STATE_HOME", folder.0.as_os_str());
    let remotely = (
        format!("client.{}.url", experiment.rule.port),
        format!("registry:{}", experiment.target(&composition)),
    );
    // What the person says is said later, and stands.
    let said = std::mem::take(&mut cli.set);
    cli.set = own.into_iter().chain([remotely]).chain(said).collect();
    let mut read = boot::read(&composition, inputs, &cli).map_err(Error::configuration)?;
    if !read.config.is_dev() {
        return Err(Error::configuration(
            "an experiment runs under the rules of profile dev: it breaks calls on purpose; say \
             --profile dev",
        ));
    }
    read.report_telemetry();
    let env = Env::system();
    let chaos = Chaos::new(env.clone(), experiment.seed);
    read.settings.chaos = Switch::by(chaos.clone());
    let (serving, control) = (runtimes::serving()?, runtimes::control()?);
    let surroundings = Surroundings {
        runtimes: Runtimes {
            control: control.handle().clone(),
            serving: serving.handle().clone(),
        },
        thread: None,
        telemetry: boot::telemetry(&composition, &read, env.clone())?,
        opens: Opens::All,
        registry: None,
    };
    let verdict = control.block_on(async {
        let running = embed::launch(composition, read, surroundings).await?;
        let verdict = learn(&experiment, &running, &chaos, &env, serving.handle()).await;
        let _ = running.stop().await;
        verdict
    });
    serving.shutdown_background();
    let verdict = verdict?;
    print::line(&verdict.text(&path.display().to_string(), &experiment));
    Ok(ExitCode::from(verdict.outcome(&experiment).code()))
}

/// A folder for what would lie in the state folder; what lies there goes with this.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("chassis-chaos-{}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Often nothing was written, then there is nothing to remove.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The three phases.
async fn learn(
    experiment: &Experiment,
    running: &Running,
    chaos: &Chaos,
    env: &Env,
    serving: &tokio::runtime::Handle,
) -> Result<Verdict> {
    let edge = running.edge().cloned();
    let edge = edge.ok_or_else(|| Error::bug("a service that started has no edge"))?;
    let load = Load::new(edge, env.clone(), experiment.request.clone());
    let run = async |time: Duration| {
        let load = load.clone();
        let running = serving.spawn(load.run(time));
        running
            .await
            .map_err(|error| Error::bug("the load panicked").because(error))
    };
    run(WARM_UP).await?;
    let steady = run(experiment.steady.time).await?;
    if !steady.meets(&experiment.steady) {
        return Ok(Verdict::unsteady(steady));
    }
    let refused = |error| Error::bug("a fault that was checked is refused").because(error);
    chaos
        .update(vec![experiment.rule.clone()])
        .map_err(refused)?;
    let broken = run(experiment.expect.time).await?;
    let counts = chaos.counts();
    chaos.update(Vec::new()).map_err(refused)?;
    let after = run(experiment.recovery + Duration::from_secs(1)).await?;
    Ok(Verdict {
        recovered: after.steady_after(&experiment.steady),
        suffered: counts
            .first()
            .map_or((0, 0), |(_, asked, hit)| (*asked, *hit)),
        steady,
        broken: Some(broken),
    })
}

impl Outcome {
    /// 0: it holds; 1: it doesn't; 2: nothing was learned.
    fn code(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Broken => 1,
            Self::Nothing => 2,
        }
    }
}
