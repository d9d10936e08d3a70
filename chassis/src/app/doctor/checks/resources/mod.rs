//! Memory and CPU that the process's cgroups grant it, against the sizes of pools and runtimes.

mod cgroup;

use self::cgroup::{Grant, granted};
use super::super::finding::Finding;
use super::super::patient::Patient;

/// A service without a connection.
const BASE: u64 = 24 << 20;

/// A connection of the server: its buffers, its task, and the kernel's share.
const CONNECTION: u64 = 16 << 10;

/// A span that waits for the collector.
const SPAN: u64 = 1 << 10;

/// The page cache of a connection to SQLite: its own default.
const STORE: u64 = 2 << 20;

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let grant = granted(&patient.root);
    let mut found = memory(patient, &grant);
    found.extend(processors(patient, &grant));
    found
}

fn memory(patient: &Patient, grant: &Grant) -> Vec<Finding> {
    let http = &patient.settings.http;
    let spans = patient.settings.telemetry.traces.queue as u64 * SPAN;
    let fixed = BASE + spans + stores(patient) * STORE;
    let connections = http.max_connections as u64 * CONNECTION;
    let needed = fixed + connections;
    let Some(limit) = grant.memory else {
        let what = format!(
            "no cgroup limits the memory; full pools take about {}",
            mib(needed)
        );
        return vec![Finding::ok("resources.memory", what)];
    };
    let mut found = Vec::new();
    if needed > limit {
        let fits = limit.saturating_sub(fixed).max(limit / 4) / CONNECTION;
        let what = format!(
            "the cgroup grants {} of memory, full pools take about {}",
            mib(limit),
            mib(needed)
        );
        found.push(
            Finding::warning("resources.memory-low", what)
                .why("under many connections the kernel kills the process, and all calls with it, where it could refuse a few")
                .mend(format!("CHASSIS_HTTP__MAX_CONNECTIONS={fits}, or a memory limit of {}", mib(needed * 5 / 4))),
        );
    } else {
        let what = format!(
            "the cgroup grants {}, full pools take about {}",
            mib(limit),
            mib(needed)
        );
        found.push(Finding::ok("resources.memory", what));
    }
    let bodies = http.max_in_flight as u64 * http.max_body.as_usize() as u64;
    if needed.saturating_add(bodies) > limit {
        let fits = (limit.saturating_sub(needed.min(limit / 2))
            / http.max_body.as_usize().max(1) as u64)
            .max(1);
        let what = format!(
            "{} calls with bodies of {} take {} more",
            http.max_in_flight,
            http.max_body,
            mib(bodies)
        );
        found.push(
            Finding::note("resources.bodies", what)
                .why("strangers who send the largest bodies all at once can exhaust the memory")
                .mend(format!(
                    "CHASSIS_HTTP__MAX_IN_FLIGHT={fits}, or a smaller http.max_body"
                )),
        );
    }
    found
}

#[cfg(feature = "sqlite")]
fn stores(patient: &Patient) -> u64 {
    let needs = patient.composed.needs();
    needs
        .stores
        .iter()
        .map(|store| u64::from(store.settings.connections.get()))
        .sum()
}

#[cfg(not(feature = "sqlite"))]
fn stores(_: &Patient) -> u64 {
    0
}

fn processors(patient: &Patient, grant: &Grant) -> Vec<Finding> {
    let workers = patient.runtimes.serving.metrics().num_workers();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    // What the quota grants, else what there is.
    let granted = grant.processors.unwrap_or(cores as f64);
    let says = match grant.processors {
        Some(processors) => format!("the cgroup grants {processors} CPU"),
        None => format!("no cgroup limits the CPU, {cores} are there"),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few CPUs"
    )]
    let fits = granted.ceil().max(1.0) as usize;
    let mut found = Vec::new();
    if workers > fits {
        let what = format!("{workers} worker threads, and {says}");
        found.push(
            Finding::warning("resources.threads", what)
                .why("threads that wait for a CPU hold up the calls on them; a quota that is used up stops all of them at once")
                .mend(format!("TOKIO_WORKER_THREADS={fits}, or unset it: then there are as many as CPUs")),
        );
    } else {
        let threads = if workers == 1 { "thread" } else { "threads" };
        found.push(Finding::ok(
            "resources.processors",
            format!("{says}, {workers} worker {threads}"),
        ));
    }
    if granted < 1.0 {
        found.push(
            Finding::note("resources.fraction", format!("less than one CPU ({granted})"))
                .why("each 100 ms the process stands still when its share is used up: slow calls without a cause in the code")
                .mend("requests.cpu without limits.cpu in the pod, or a limit of 1"),
        );
    }
    found
}

fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}
