//! Which process wrote an entry, and whether it still runs.
//!
//! Linux tells by `/proc`. Elsewhere nothing of this is known, and an entry lives as long as it is
//! kept young.

use std::fs;

use serde::{Deserialize, Serialize};

/// A process, told from every other one that had or will have its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Process {
    pid: u32,
    /// When it started, in the kernel's ticks since boot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<u64>,
    /// Which start of the machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    boot: Option<String>,
    /// Within which process ids count: containers that share the folder have their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
}

impl Process {
    /// This process.
    pub(super) fn own() -> Self {
        let pid = std::process::id();
        Self {
            pid,
            started: started(pid),
            boot: boot(),
            namespace: namespace(),
        }
    }

    /// Whether it certainly runs no more, as seen by `own`.
    pub(super) fn is_gone(&self, own: &Self) -> bool {
        if self.boot != own.boot {
            return true;
        }
        let can_be_seen = own.started.is_some() && self.namespace == own.namespace;
        can_be_seen && self.started.is_some() && started(self.pid) != self.started
    }
}

fn boot() -> Option<String> {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}

fn namespace() -> Option<String> {
    let link = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(link.to_string_lossy().into_owned())
}

/// When the process started; `None` where it runs no more, a zombie included.
fn started(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in parentheses, which may hold anything.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    // State is the third field of the line, the start time its twenty-second.
    fields.nth(18)?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_runs() {
        let own = Process::own();
        assert!(own.started.is_some() && own.boot.is_some());
        assert!(!own.is_gone(&own));
    }

    #[test]
    fn another_boot_another_start_and_no_such_process_are_gone() {
        let own = Process::own();
        let changed = |change: fn(&mut Process)| {
            let mut process = own.clone();
            change(&mut process);
            process.is_gone(&own)
        };
        assert!(changed(|process| process.boot = Some("another".into())));
        assert!(changed(|process| process.started = Some(1)));
        assert!(changed(|process| process.pid = u32::MAX));
    }

    #[test]
    fn in_another_namespace_nothing_is_known() {
        let own = Process::own();
        let mut other = own.clone();
        other.pid = u32::MAX;
        other.namespace = Some("pid:[1]".into());
        assert!(!other.is_gone(&own));
    }
}
