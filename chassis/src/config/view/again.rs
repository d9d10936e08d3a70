//! Reading a configuration anew while a program runs: the same sources, the same sections.

use std::any::type_name;
use std::path::PathBuf;
use std::sync::Arc;

use schemars::JsonSchema;

use super::Config;
use crate::config::inputs::Stamp;
use crate::config::{Finding, Findings, Inputs, Origin, Reference};

/// A section that was asked for, so that it can be asked for again.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) component: Option<Arc<str>>,
    pub(super) reference: Reference,
    pub(super) section: String,
    /// Of many alike: which.
    pub(super) name: Option<String>,
    /// Two parts of a program may read one section as two types.
    kind: &'static str,
    read: fn(&Config, &Asked),
}

impl Asked {
    pub(super) fn new<T: JsonSchema>(
        config: &Config,
        section: &str,
        name: Option<&str>,
        read: fn(&Config, &Asked),
    ) -> Self {
        let whole = match name {
            Some(name) => format!("{section}.{name}"),
            None => section.to_owned(),
        };
        Self {
            component: config.component.clone(),
            reference: Reference::of::<T>(whole),
            section: section.to_owned(),
            name: name.map(str::to_owned),
            kind: type_name::<T>(),
            read,
        }
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        let what = |asked: &Self| (asked.component.clone(), asked.kind);
        what(self) == what(other) && self.reference.name() == other.reference.name()
    }
}

impl Config {
    /// Reads all sources anew, and every section that was asked for until now, as the same type. What
    /// is wrong with single values is kept for [`check`](Self::check), as when it was read first; this
    /// configuration stays as it is.
    ///
    /// # Errors
    ///
    /// When a file can't be used at all, or one that there was has gone: then nobody knows what was
    /// meant.
    pub fn renewed(&self) -> Result<Self, Findings> {
        self.renewed_from(&self.shared.inputs)
    }

    /// The same, from other inputs.
    pub(crate) fn renewed_from(&self, inputs: &Inputs) -> Result<Self, Findings> {
        let shared = &self.shared;
        let new = Self::load(inputs, &shared.cli, &shared.defaults)?;
        let mut gone = Findings::new();
        let files = shared.files.iter();
        gone.extend(
            files
                .filter(|file| !new.shared.files.contains(file))
                .map(|file| {
                    let name = file.display().to_string();
                    Finding::new("", "the file has gone since it was read last")
                        .at(Origin::file(name))
                        .mend("put it back; to run without it, start anew")
                }),
        );
        gone.under(self.profile()).into_result(())?;
        let (asked, sections, is_partial) = {
            let seen = self.seen();
            (seen.asked.clone(), seen.sections.clone(), seen.is_partial)
        };
        for asked in &asked {
            (asked.read)(&new.of(asked.component.clone()), asked);
        }
        let mut seen = new.seen();
        seen.sections.extend(sections);
        seen.is_partial = is_partial;
        drop(seen);
        Ok(new.of(self.component.clone()))
    }

    /// This configuration as the component sees it that `view` belongs to.
    pub(crate) fn as_seen_by(&self, view: &Self) -> Self {
        self.of(view.component.clone())
    }

    fn of(&self, component: Option<Arc<str>>) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            component,
        }
    }

    /// What tells whether a file that it is read from has changed; `None` where there are no files on
    /// disk to look at.
    pub(crate) fn stamps(&self) -> Option<Vec<(PathBuf, Stamp)>> {
        let place = &self.shared.place;
        let own = format!("chassis.{}.toml", place.profile);
        let names = ["chassis.toml", own.as_str(), ".env"];
        let mut files: Vec<PathBuf> = names.iter().map(|name| place.folder.join(name)).collect();
        files.extend(self.referred_files());
        self.shared.inputs.stamps(files)
    }
}
