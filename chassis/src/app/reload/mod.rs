//! A changed configuration, while the service runs: read anew, checked whole, and taken by what can
//! take it.
//!
//! [`Reload`] does it, once at a time, whoever asks: `watch.rs`, which looks at the files and hears
//! SIGHUP, or a program in which the service is embedded. What was composed says by a [`Follower`]
//! what it takes over. A configuration that is wrong in any place changes nothing. Whatever brings
//! other values while a service runs, be it files or a server of configurations, comes in here.

mod changes;
mod follower;
mod settings;
mod watch;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;

use self::changes::Changes;
pub(super) use self::follower::{Change, Follower};
pub use self::settings::ConfigSettings;
pub(super) use self::watch::Watching;
use super::component::{Composed, lock};
use super::settings::Settings;
use super::{clients, ports};
#[cfg(feature = "testing")]
use crate::config::Inputs;
use crate::config::{Config, Findings, Stamp};
use crate::telemetry::{Counter, Telemetry, semconv};
use crate::{Error, Result};

/// Reads the configuration anew, and has it taken.
pub(super) struct Reload {
    /// The last good one.
    current: ArcSwap<Config>,
    composed: Arc<Composed>,
    components: Vec<String>,
    telemetry: Telemetry,
    /// The files as they were when they were read last; held while they are read.
    read: Mutex<BTreeMap<PathBuf, Stamp>>,
    good: Option<Counter>,
    bad: Option<Counter>,
}

impl Reload {
    pub(super) fn new(
        config: &Config,
        composed: Arc<Composed>,
        components: Vec<String>,
        telemetry: &Telemetry,
    ) -> Self {
        let counter = |outcome| {
            let metrics = telemetry.metrics();
            let help = "How often the configuration was read anew while the service runs";
            let labels = [("outcome", outcome)];
            metrics
                .own_counter(semconv::CHASSIS_CONFIG_RELOADS, help, &labels)
                .ok()
        };
        Self {
            current: ArcSwap::from_pointee(config.clone()),
            composed,
            components,
            good: counter("success"),
            bad: counter("failure"),
            telemetry: telemetry.clone(),
            read: Mutex::new(config.stamps().unwrap_or_default().into_iter().collect()),
        }
    }

    /// The configuration that holds.
    pub(super) fn current(&self) -> Arc<Config> {
        self.current.load_full()
    }

    /// Reads all sources anew.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them; then all stays as it is.
    pub(super) fn reload(&self) -> Result {
        self.take(Config::renewed)
    }

    /// The same, from other inputs.
    #[cfg(feature = "testing")]
    pub(super) fn reload_from(&self, inputs: &Inputs) -> Result {
        self.take(|current| current.renewed_from(inputs))
    }

    fn take(&self, read: impl FnOnce(&Config) -> Result<Config, Findings>) -> Result {
        let mut files = lock(&self.read);
        let current = self.current();
        *files = current.stamps().unwrap_or_default().into_iter().collect();
        let taken = read(&current).and_then(|new| self.checked(new));
        match taken {
            Ok((new, changes)) => {
                // Files that are referred to for the first time.
                for (path, stamp) in new.stamps().unwrap_or_default() {
                    files.entry(path).or_insert(stamp);
                }
                self.hold(&current, new, changes);
                self.good.iter().for_each(Counter::inc);
                Ok(())
            }
            Err(findings) => {
                self.bad.iter().for_each(Counter::inc);
                let lines: Vec<String> =
                    findings.iter().map(crate::config::Finding::line).collect();
                tracing::error!(
                    findings = findings.len(),
                    "the configuration has changed, but is wrong; what held goes on holding: {}",
                    lines.join(" | ")
                );
                Err(Error::configuration(findings))
            }
        }
    }

    /// All of `new`, checked as at a start, and what would take it.
    fn checked(&self, new: Config) -> Result<(Config, Vec<Change>), Findings> {
        let settings = Settings::read(&new);
        for fault in settings.telemetry.faults() {
            new.report(fault);
        }
        let changes = self.composed.prepare(&new);
        clients::report_unknown(&new, &self.composed, &self.components);
        ports::report_unknown(&new, &self.composed, &self.components);
        new.check()?;
        Ok((new, changes))
    }

    /// Applies what was checked, and says what has changed.
    fn hold(&self, old: &Config, new: Config, changes: Vec<Change>) {
        changes.into_iter().for_each(|change| change());
        let said = Changes::between(old, &new, &self.components);
        if let Some(level) = said.log_level() {
            // It was checked with the rest.
            let _ = self.telemetry.set_log_level(level);
        }
        said.tell();
        self.composed.renew(&new);
        self.current.store(Arc::new(new));
    }

    /// The files as they are now, where they are others than those that were read; `None` where
    /// nothing has changed.
    fn changed(&self) -> Option<BTreeMap<PathBuf, Stamp>> {
        let now: BTreeMap<_, _> = self.current().stamps()?.into_iter().collect();
        (now != *lock(&self.read)).then_some(now)
    }
}
