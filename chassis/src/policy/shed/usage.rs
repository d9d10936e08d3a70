//! How much of the processor is used, of what may be used: read from the cgroup or from `/proc`.
//!
//! In a container the limit is the cgroup's, not the machine's: four of sixty-four processors are used up
//! at six percent of the machine. Where a cgroup (version 2) has a limit, its own time is compared with
//! it; else this process's time with all processors. Where neither can be read, nothing is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Reads usage, each time since the last.
#[derive(Debug)]
pub struct CpuUsage {
    cgroup: PathBuf,
    stat: PathBuf,
    processors: f64,
    last: Option<(Instant, Duration)>,
}

/// How many ticks of `/proc` are a second: fixed by the kernel's interface.
const TICKS: u64 = 100;

impl Default for CpuUsage {
    /// Of this process, or of the container that it runs in.
    fn default() -> Self {
        Self::at(Path::new("/sys/fs/cgroup"), Path::new("/proc/self/stat"))
    }
}

impl CpuUsage {
    /// Read from these places.
    pub fn at(cgroup: &Path, stat: &Path) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self {
            cgroup: cgroup.to_owned(),
            stat: stat.to_owned(),
            processors: processors as f64,
            last: None,
        }
    }

    /// The share of what may be used that was used since the last time: 1 is all of it. `None` the first
    /// time, and where nothing can be read.
    pub fn read(&mut self, now: Instant) -> Option<f64> {
        let (taken, processors) = self.taken()?;
        let (then, before) = self.last.replace((now, taken))?;
        let passed = now.checked_duration_since(then)?.as_secs_f64();
        let used = taken.checked_sub(before)?.as_secs_f64();
        (passed > 0.0).then(|| used / passed / processors)
    }

    /// The time taken so far, and of how many processors.
    fn taken(&self) -> Option<(Duration, f64)> {
        if let Some(quota) = self.quota() {
            let stat = fs::read_to_string(self.cgroup.join("cpu.stat")).ok()?;
            let taken = stat
                .lines()
                .find_map(|line| line.strip_prefix("usage_usec "))?;
            return Some((Duration::from_micros(taken.trim().parse().ok()?), quota));
        }
        let stat = fs::read_to_string(&self.stat).ok()?;
        // The program's name is in brackets and may hold anything; utime and stime are the fields 14 and
        // 15 of proc(5), 11 and 12 behind it.
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_whitespace().skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        Some((
            Duration::from_millis((user + system) * 1_000 / TICKS),
            self.processors,
        ))
    }

    /// How many processors the cgroup may use, where it says.
    fn quota(&self) -> Option<f64> {
        let text = fs::read_to_string(self.cgroup.join("cpu.max")).ok()?;
        let (quota, period) = text.trim().split_once(' ')?;
        let (quota, period): (f64, f64) = (quota.parse().ok()?, period.parse().ok()?);
        let processors = quota / period;
        (processors.is_finite() && processors > 0.0).then(|| processors.min(self.processors))
    }
}
