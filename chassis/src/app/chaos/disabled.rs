//! A build without chaos.

use std::path::Path;
use std::process::ExitCode;

use crate::app::Composition;
use crate::config::{Cli, Config, Finding, Inputs, Reference};
use crate::context::Env;
use crate::http::client::Injector;
use crate::{Error, Result};

const NEEDED: &str = "turn on cargo feature `chaos` of chassis";

/// Nothing to switch.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct Switch;

impl Switch {
    /// Says that section `[chaos]` is of no use here, if there is one.
    pub(in crate::app) fn read(config: &Config) -> Self {
        if config.is_set("chaos") {
            // Read as anything, so that it isn't unknown besides.
            let _ = config.section::<serde_json::Value>("chaos");
            config.report(Finding::new("chaos", "this build has no chaos").mend(NEEDED));
        }
        Self
    }

    /// Opens nothing.
    pub(in crate::app) fn open(&self, _: &Env) -> Injector {
        Injector::default()
    }
}

/// Nothing that could be set.
pub(in crate::app) fn reference() -> Option<Reference> {
    None
}

/// Says that this build runs no experiments.
pub(in crate::app) fn experiment(
    _: Composition,
    _: &Inputs,
    _: Cli,
    file: &Path,
) -> Result<ExitCode> {
    Err(Error::configuration(format!(
        "the experiment {} does not run: this build has no chaos; {NEEDED}",
        file.display()
    )))
}
