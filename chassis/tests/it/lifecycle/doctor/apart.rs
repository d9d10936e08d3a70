//! A patient in surroundings of its own: what is mounted for it nobody else sees.

use std::process::Command;
use std::sync::OnceLock;

use super::super::process::{by_script, folder_with};
use super::{Visit, WELL};

/// A visit after `setup`, shell words without a quote `'`, which may mount; `None`, having said so,
/// where nobody may.
pub(super) fn visit_apart(setup: &str) -> Option<Visit> {
    static OPTION: OnceLock<Option<&str>> = OnceLock::new();
    // As root, or as a user who is root in there only.
    let option = OPTION.get_or_init(|| ["-m", "-rm"].into_iter().find(|option| is_granted(option)));
    let Some(option) = option else {
        super::skipped("`unshare` grants no mounts of one's own here");
        return None;
    };
    let folder = folder_with(&[]);
    let script =
        format!("exec unshare {option} /bin/sh -ec '{setup}; exec \"$0\" \"$@\"' \"$0\" \"$@\"");
    let command = by_script(&folder, "patient", &script);
    Some(Visit { folder, command }.args(&WELL))
}

fn is_granted(option: &str) -> bool {
    let tried = Command::new("unshare").args([option, "true"]).output();
    tried.is_ok_and(|tried| tried.status.success())
}
