//! [`Finding`]: one thing that was looked at.

use serde::Serialize;

use super::super::plain;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// As it should be.
    Ok,
    /// Worth knowing; nothing is wrong.
    Note,
    /// The service starts, and will suffer under it.
    Warning,
    /// The service does not start, or cannot do its work.
    Error,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) status: Status,
    /// Stable name, for machines: `ports.taken`.
    pub(super) id: &'static str,
    /// What was found, on what.
    pub(super) what: String,
    /// Why it matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
    /// The line that mends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mend: Option<String>,
    /// What it took to reach what was looked at, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) took_ms: Option<u64>,
    /// The exit code of an error.
    #[serde(skip)]
    pub(super) exit: u8,
}

/// Exit code of what only warns.
const WARNED: u8 = 1;

impl Finding {
    fn new(status: Status, id: &'static str, what: impl AsRef<str>, exit: u8) -> Self {
        Self {
            status,
            id,
            what: plain::clean(what.as_ref()),
            why: None,
            mend: None,
            took_ms: None,
            exit,
        }
    }

    /// As it should be.
    pub(super) fn ok(id: &'static str, what: impl AsRef<str>) -> Self {
        Self::new(Status::Ok, id, what, 0)
    }

    /// Worth knowing.
    pub(super) fn note(id: &'static str, what: impl AsRef<str>) -> Self {
        Self::new(Status::Note, id, what, 0)
    }

    /// The service will suffer under it.
    pub(super) fn warning(id: &'static str, what: impl AsRef<str>) -> Self {
        Self::new(Status::Warning, id, what, WARNED)
    }

    /// Something that is required is missing: exit code 69.
    pub(super) fn missing(id: &'static str, what: impl AsRef<str>) -> Self {
        Self::new(Status::Error, id, what, 69)
    }

    /// The configuration is wrong: exit code 78.
    pub(super) fn misconfigured(id: &'static str, what: impl AsRef<str>) -> Self {
        Self::new(Status::Error, id, what, 78)
    }

    /// An error with the exit code of what happened.
    pub(super) fn failed(id: &'static str, what: impl AsRef<str>, exit: u8) -> Self {
        Self::new(Status::Error, id, what, exit)
    }

    /// Required: an error. Else a warning.
    pub(super) fn away(required: bool, id: &'static str, what: impl AsRef<str>) -> Self {
        match required {
            true => Self::missing(id, what),
            false => Self::warning(id, what),
        }
    }

    /// A warning where prod's rules hold, else a note.
    pub(super) fn in_prod(prod: bool, id: &'static str, what: impl AsRef<str>) -> Self {
        match prod {
            true => Self::warning(id, what),
            false => Self::note(id, what),
        }
    }

    /// Why it matters.
    #[must_use]
    pub(super) fn why(mut self, why: impl AsRef<str>) -> Self {
        self.why = Some(plain::clean(why.as_ref()));
        self
    }

    /// The line that mends it.
    #[must_use]
    pub(super) fn mend(mut self, mend: impl AsRef<str>) -> Self {
        self.mend = Some(plain::clean(mend.as_ref()));
        self
    }

    /// What it took to reach it.
    #[must_use]
    pub(super) fn took(mut self, took: std::time::Duration) -> Self {
        self.took_ms = Some(u64::try_from(took.as_millis()).unwrap_or(u64::MAX));
        self
    }
}
