//! What the operating system says of this process, read from `/proc` when it is asked for. Where
//! there is no `/proc`, nothing is said.

use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::family::Descriptor;
use super::snapshot::{FamilySnapshot, Kind, Labels, Point, PointValue};
use crate::context::Env;

/// How many ticks of `/proc` are a second: fixed by the kernel's interface.
const TICKS: f64 = 100.0;

/// Adds the families of this process.
pub(crate) fn gather(env: &Env, out: &mut Vec<FamilySnapshot>) {
    let Some(stat) = Stat::read() else {
        return;
    };
    cpu(&stat, out);
    memory(out);
    single(out, "process.thread.count", "Threads", "", stat.threads);
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        // The folder itself is open while it is read.
        let open = u32::try_from(open.count().saturating_sub(1)).unwrap_or(u32::MAX);
        let (name, help) = (
            "process.unix.file_descriptor.count",
            "Open file descriptors",
        );
        single(out, name, help, "", open.into());
    }
    if let Some(start) = stat.start() {
        let uptime = env.wall().duration_since(start).unwrap_or_default();
        let start = start.duration_since(UNIX_EPOCH).unwrap_or_default();
        let (name, help) = ("process.start_time", "When the process began, since 1970");
        single(out, name, help, "s", start.as_secs_f64());
        let (name, help) = ("process.uptime", "Since the process began");
        single(out, name, help, "s", uptime.as_secs_f64());
    }
}

fn cpu(stat: &Stat, out: &mut Vec<FamilySnapshot>) {
    let help = "Time that the processors spent on the process";
    let family = Descriptor::new("process.cpu.time", help, "s", Kind::Counter);
    let modes = [("user", stat.user), ("system", stat.system)];
    let point = |(mode, ticks): (&'static str, f64)| Point {
        labels: vec![("cpu.mode".into(), mode.into())],
        value: PointValue::Counter(ticks / TICKS),
    };
    out.push(family.with(modes.map(point).into()));
}

fn memory(out: &mut Vec<FamilySnapshot>) {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let bytes = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        let kib: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        Some(kib * 1024.0)
    };
    if let Some(resident) = bytes("VmRSS:") {
        let (name, help) = ("process.memory.usage", "Physical memory in use");
        single(out, name, help, "By", resident);
    }
    if let Some(mapped) = bytes("VmSize:") {
        let (name, help) = ("process.memory.virtual", "Virtual memory committed");
        single(out, name, help, "By", mapped);
    }
}

fn single(
    out: &mut Vec<FamilySnapshot>,
    name: &'static str,
    help: &'static str,
    unit: &'static str,
    value: f64,
) {
    let point = Point {
        labels: Labels::new(),
        value: PointValue::Gauge(value),
    };
    out.push(Descriptor::new(name, help, unit, Kind::Gauge).with(vec![point]));
}

/// The part of `/proc/self/stat` that is used; times in ticks.
#[derive(Debug, PartialEq)]
struct Stat {
    user: f64,
    system: f64,
    threads: f64,
    started: f64,
}

impl Stat {
    fn read() -> Option<Self> {
        Self::parse(&fs::read_to_string("/proc/self/stat").ok()?)
    }

    fn parse(stat: &str) -> Option<Self> {
        // The program's name is in brackets and may hold anything; count from behind it, where
        // the third field of proc(5) begins.
        let (_, rest) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse().ok();
        Some(Self {
            user: field(14)?,
            system: field(15)?,
            threads: field(20)?,
            started: field(22)?,
        })
    }

    fn start(&self) -> Option<SystemTime> {
        let stat = fs::read_to_string("/proc/stat").ok()?;
        let boot = stat.lines().find_map(|line| line.strip_prefix("btime "))?;
        let boot = Duration::from_secs(boot.trim().parse().ok()?);
        Some(UNIX_EPOCH + boot + Duration::from_secs_f64(self.started / TICKS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_blanks_does_not_shift_the_fields() {
        let line = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 140 150 16 17 18 19 9 21 2200 23 24";
        let stat = Stat::parse(line).unwrap();
        assert_eq!((stat.user, stat.system), (140.0, 150.0));
        assert_eq!((stat.threads, stat.started), (9.0, 2200.0));
    }
}
