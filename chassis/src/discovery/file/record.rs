//! [`Record`]: what one file holds.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::process::Process;
use crate::discovery::Instance;

/// An instance and the process that announced it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub(super) instance: Instance,
    pub(super) process: Process,
}

/// What stays as it is in a file's name.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// The name of the instance's file: `warehouse@7f3a.json`.
pub(super) fn file_name(instance: &Instance) -> String {
    let id = utf8_percent_encode(&instance.id, PLAIN);
    format!("{}{id}.json", prefix(&instance.service))
}

/// How the names of a service's files begin.
pub(super) fn prefix(service: &str) -> String {
    format!("{}@", utf8_percent_encode(service, PLAIN))
}
