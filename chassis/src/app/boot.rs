//! What `run` does: reads the command line and the configuration, then runs, checks, prints or
//! splits.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use super::chassis::Composition;
use super::component::Purpose;
use super::compose::{Composite, Ground};
use super::guard::Guard;
use super::listeners::Listeners;
use super::live::Live;
use super::phase::Phases;
use super::runtimes::{self, Runtimes};
use super::settings::Settings;
use super::start::{Opens, Plan};
use super::tasks::Tasks;
use super::{ask, chaos, desk, doctor, print, reference, split, start};
use crate::config::{
    Action, Cli, Config, Defaults, Finding, Findings, Inputs, ServiceSettings, Target,
};
use crate::context::Env;
use crate::discovery::{self, MemoryRegistry};
use crate::health::Health;
use crate::http::Edge;
use crate::http::client::Injector;
use crate::telemetry::{self, Resource, Telemetry};
use crate::{Error, Result};

/// How long the last log lines are waited for: whoever reads them may be what hangs.
const LAST_LINES: Duration = Duration::from_millis(500);

/// A configuration that was read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) config: Config,
    pub(super) settings: Settings,
}

impl Read {
    /// Adds what cannot be opened of telemetry to the findings, so that one report says it with
    /// everything else; telemetry itself is then as it is by default.
    pub(super) fn report_telemetry(&mut self) {
        let faults = self.settings.telemetry.faults();
        if !faults.is_empty() {
            self.settings.telemetry = telemetry::Settings::default();
        }
        for fault in faults {
            self.config.report(fault);
        }
    }
}

/// Runs the program, to its exit code.
pub(super) fn run(mut composition: Composition) -> ExitCode {
    let began = Env::system().now();
    let inputs = composition
        .inputs
        .take()
        .unwrap_or_else(Inputs::from_process);
    match act(composition, &inputs, began) {
        Ok(code) => code,
        Err(error) => {
            print::complain(&error.to_string());
            ExitCode::from(error.exit_code())
        }
    }
}

fn act(mut composition: Composition, inputs: &Inputs, began: Instant) -> Result<ExitCode> {
    composition.check_names()?;
    let names = composition.names();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let cli = Cli::parse(inputs.args(), &names).map_err(Error::configuration)?;
    match cli.action {
        Action::Help => {
            print::line(Cli::help(&binary(&composition.name), &names).trim_end());
            return Ok(ExitCode::SUCCESS);
        }
        Action::Version => {
            print::line(&version(&composition));
            return Ok(ExitCode::SUCCESS);
        }
        _ => {}
    }
    composition.keep(&cli.target);
    let read = read(&composition, inputs, &cli);
    if let Ok(read) = &read {
        let elsewhere = names.iter().filter(|name| !composition.has(name));
        elsewhere.for_each(|name| read.config.skip(name));
    }
    if cli.action == Action::Doctor {
        return doctor::examine(composition, read, cli.json, began);
    }
    if let Some(file) = cli.experiment.clone() {
        return chaos::experiment(composition, inputs, cli, &file);
    }
    let mut read = read.map_err(Error::configuration)?;
    read.report_telemetry();
    match (cli.action, &cli.target) {
        (Action::Config, _) => show(composition, &read),
        (Action::Settings, _) => settings(composition, &read),
        (Action::Check, _) => check(composition, &read).map(|()| {
            print::line("the configuration is good");
        }),
        (Action::Hexagon, _) => draw(composition, &read),
        (Action::Probe, _) => ask::ask(&read.settings.probe),
        (_, Target::Split) => split_up(&composition, &read, &cli),
        _ => serve(composition, read, began),
    }
    .map(|()| ExitCode::SUCCESS)
}

/// Reads the sources, and the chassis' own sections of them.
///
/// # Errors
///
/// When a source cannot be read at all. Single findings stay in the configuration, for the report
/// after composing.
pub(super) fn read(
    composition: &Composition,
    inputs: &Inputs,
    cli: &Cli,
) -> Result<Read, Findings> {
    let mut defaults = Defaults::new(&composition.name);
    if let Some(profile) = &composition.default_profile {
        defaults = defaults.profile(profile);
    }
    let mut config = Config::load(inputs, cli, &defaults)?;
    if config.is_dev() {
        // Which profile rules is only known now; what it changes lies below all sources.
        let dev = defaults
            .value("http.listen", "127.0.0.1:8080")
            .value("traces.ratio", "1.0");
        let own = composition.defaults.iter();
        let dev = own.fold(dev, |dev, (key, value)| dev.value(*key, *value));
        config = Config::load(inputs, cli, &dev)?;
    }
    let settings = Settings::read(&config);
    let opened = start::opened(&config, Env::system());
    if let Err(error) = discovery::check(&settings.registry.url, &opened) {
        let problem = error.to_string();
        let problem = problem.strip_prefix("registry.url: ").unwrap_or(&problem);
        config.report(Finding::new("registry.url", problem));
    }
    if let Some(Err(error)) = settings.registry.address() {
        config.report(Finding::new("registry.advertise", error.to_string()));
    }
    Ok(Read { config, settings })
}

/// The telemetry of the process.
pub(super) fn telemetry(composition: &Composition, read: &Read, env: Env) -> Result<Telemetry> {
    let resource = resource(composition, &read.settings.service, &env);
    Telemetry::new(env, &read.settings.telemetry, resource)
}

/// What the process says of itself. Components keep their own names.
pub(super) fn resource(
    composition: &Composition,
    settings: &ServiceSettings,
    env: &Env,
) -> Resource {
    let name = settings.name.as_ref().unwrap_or(&composition.name);
    let mut resource = Resource::new(name, env);
    if let Some(version) = &composition.version {
        resource = resource.with_version(version);
    }
    for (key, value) in &settings.attributes {
        resource = resource.with(key, value);
    }
    resource
}

fn show(composition: Composition, read: &Read) -> Result {
    // Composing asks for the service's own sections, so that they are listed, too.
    let checked = check(composition, read);
    print::bytes(read.config.listing().as_bytes());
    checked
}

/// Prints what may be set, and complains of what is wrong with what is set: a composition root
/// that failed may not have asked for all of its sections.
fn settings(composition: Composition, read: &Read) -> Result {
    let name = composition.name.clone();
    let checked = check(composition, read);
    print::bytes(reference::toml(&name, &read.config).as_bytes());
    checked
}

/// Whether it can be composed, with adapters that open nothing.
fn check(composition: Composition, read: &Read) -> Result {
    composed(composition, read, |_, _, _| Ok(()))
}

/// Prints the drawing of what is composed.
fn draw(composition: Composition, read: &Read) -> Result {
    let name = composition.name.clone();
    let drawn = composed(composition, read, |ground, composite, edge| {
        // Clients are bound, so that it is known where they lead; nothing is asked of it.
        start::bind_clients(composite, &MemoryRegistry::new())?;
        Ok(desk::drawing(&name, ground, composite, edge))
    })?;
    print::bytes(drawn.as_bytes());
    Ok(())
}

/// Composes with adapters that open nothing, and gives what `view` makes of it.
fn composed<T>(
    composition: Composition,
    read: &Read,
    view: impl FnOnce(&Ground, &Composite, &Edge) -> Result<T>,
) -> Result<T> {
    let (serving, control) = (runtimes::serving()?, runtimes::control()?);
    let env = Env::system();
    let ground = Ground {
        config: read.config.clone(),
        telemetry: telemetry(&composition, read, env.clone())?,
        health: Health::new(env),
        tasks: Tasks::new(),
        composed: composition.composed,
        purpose: Purpose::Check,
        chaos: Injector::default(),
    };
    let runtimes = Runtimes {
        control: control.handle().clone(),
        serving: serving.handle().clone(),
    };
    let composing = async {
        let composite = ground.compose(composition.components, &runtimes).await?;
        let edge = composite.edge(&read.settings.http, None)?;
        view(&ground, &composite, &edge)
    };
    let limit = *read.settings.start.timeout;
    let checked = control.block_on(async { tokio::time::timeout(limit, composing).await });
    let checked = checked.unwrap_or_else(|_| {
        Err(Error::unavailable(format!(
            "composing did not end within {limit:?} (start.timeout): a composition root waits for what \
             does not come; do so in a task, `app.spawn`, which begins once all is composed"
        )))
    });
    serving.shutdown_background();
    checked
}

fn serve(mut composition: Composition, read: Read, began: Instant) -> Result {
    telemetry::log_panics();
    let env = Env::system();
    if !read.config.findings().is_empty() {
        // Nothing is opened any more; composing adds what is wrong with the service's sections.
        return check(composition, &read);
    }
    let phases = Phases::new(env.clone());
    let guard = Guard::start(phases.clone(), read.settings.stop.with_stdin)?;
    let (serving, control) = (runtimes::serving()?, runtimes::control()?);
    let runtimes = Runtimes {
        control: control.handle().clone(),
        serving: serving.handle().clone(),
    };
    let telemetry = telemetry(&composition, &read, env)?;
    // A child of a split leaves that to its parent, which knows of all of them.
    let announce = composition.announce.take();
    let announce = announce.filter(|_| !read.settings.stop.with_stdin);
    let last = telemetry.clone();
    let live = Live::new(read.settings.clone(), runtimes, phases, telemetry);
    let plan = Plan::new(composition, read, Opens::All);
    let ended = control.block_on(live.run(plan, &guard, announce, began));
    // The stop's own last lines come after its flush.
    last.flush_logs(LAST_LINES);
    // Not waited for: what hangs would keep the process.
    serving.shutdown_background();
    ended
}

fn split_up(composition: &Composition, read: &Read, cli: &Cli) -> Result {
    // Each child reports its own sections; what all share is said once, here.
    read.config
        .findings()
        .into_result(())
        .map_err(Error::configuration)?;
    let phases = Phases::new(Env::system());
    phases.enter("split");
    let guard = Guard::start(phases, read.settings.stop.with_stdin)?;
    let meeting = (!read.config.is_set("registry.url")).then(|| {
        let all = read.config.state_dir().join("split");
        split::Meeting::open(&all, std::process::id())
    });
    let folder = meeting.as_ref().map(split::Meeting::folder);
    let registry = folder.map(|folder| format!("file:{}", folder.display()));
    let plan = split::Plan {
        components: composition.names(),
        args: Box::new(|component| cli.args_for(component)),
        registry,
        limit: *read.settings.stop.timeout,
    };
    let announce = |listeners: &Listeners| {
        if let Some(text) = composition
            .announce
            .as_ref()
            .and_then(|announce| announce(listeners))
        {
            print::line(&text);
        }
    };
    runtimes::control()?.block_on(split::split(plan, &guard, announce))
}

/// The name that was typed to start this program.
fn binary(service: &str) -> String {
    let name = std::env::args_os().next();
    let name = name
        .as_deref()
        .map(std::path::Path::new)
        .and_then(std::path::Path::file_name);
    name.map_or_else(
        || service.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn version(composition: &Composition) -> String {
    let version = composition
        .version
        .as_deref()
        .unwrap_or("without a version");
    format!(
        "{} {version} (chassis {})",
        composition.name,
        env!("CARGO_PKG_VERSION")
    )
}
