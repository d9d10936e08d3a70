//! How many files may be open, against how many connections there may be.

use super::super::finding::Finding;
use super::super::patient::Patient;

/// What a process has open beside its connections: libraries, logs, timers, the probe's connections.
const OTHERS: u64 = 100;

/// With fewer, little more than a test can be served.
const LEAST: u64 = 256;

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let Some((soft, hard)) = patient
        .system("proc/self/limits")
        .as_deref()
        .and_then(limits)
    else {
        return vec![Finding::note(
            "files.unknown",
            "the limit of open files is not known here",
        )];
    };
    let needed = needed(patient);
    if soft >= needed {
        let what = format!("{soft} files may be open, at most {needed} are needed");
        return vec![Finding::ok("files.enough", what)];
    }
    let what = format!("{soft} files may be open, {needed} may be needed");
    let finding = match soft < LEAST {
        true => Finding::warning("files.few", what),
        false => Finding::in_prod(patient.is_prod(), "files.few", what),
    };
    let room = soft
        .saturating_sub(needed - patient.settings.http.max_connections as u64)
        .max(16);
    let raise = match hard >= needed {
        true => format!("ulimit -n {needed}"),
        false => format!("LimitNOFILE={needed} (systemd), --ulimit nofile={needed} (docker)"),
    };
    vec![
        finding
            .why("beyond it no connection is accepted, no client connects, no file is opened")
            .mend(format!("{raise}, or CHASSIS_HTTP__MAX_CONNECTIONS={room}")),
    ]
}

fn needed(patient: &Patient) -> u64 {
    let connections = patient.settings.http.max_connections as u64;
    let clients = patient.remotes().into_iter();
    let clients: u64 = clients
        .map(|client| (client.max_connections * client.addresses.len().max(1)) as u64)
        .sum();
    connections + clients + stores(patient) + OTHERS
}

#[cfg(feature = "sqlite")]
fn stores(patient: &Patient) -> u64 {
    // Each connection opens the database, its log and the log's index.
    let needs = patient.composed.needs();
    needs
        .stores
        .iter()
        .map(|store| 3 * u64::from(store.settings.connections.get()))
        .sum()
}

#[cfg(not(feature = "sqlite"))]
fn stores(_: &Patient) -> u64 {
    0
}

/// Soft and hard limit: `Max open files  1024  524288  files`.
fn limits(text: &str) -> Option<(u64, u64)> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    let mut words = line.split_whitespace();
    let mut next = || match words.next()? {
        "unlimited" => Some(u64::MAX),
        number => number.parse().ok(),
    };
    Some((next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::limits;

    #[test]
    fn limits_are_read() {
        let text = "Max stack size  8388608  unlimited  bytes\nMax open files            1024                 524288               files\n";
        assert_eq!(limits(text), Some((1024, 524_288)));
        assert_eq!(
            limits("Max open files unlimited unlimited files"),
            Some((u64::MAX, u64::MAX))
        );
        assert_eq!(limits(""), None);
    }
}
