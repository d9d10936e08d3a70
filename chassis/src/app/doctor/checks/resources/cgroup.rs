//! What cgroups grant this process: version 2, and version 1 where it is still in use.
//!
//! A limit anywhere above the process's own group holds, too, so all of them are looked at, up to
//! the root that is visible here.

use std::fs;
use std::path::{Path, PathBuf};

/// What is granted; `None`: no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Grant {
    /// Bytes.
    pub(super) memory: Option<u64>,
    /// CPUs, such as 0.5.
    pub(super) processors: Option<f64>,
}

/// Version 1 says "no limit" by a number near the largest.
const UNLIMITED: u64 = 1 << 60;

/// What the groups of this process grant; `root` is where `/proc` and `/sys` lie.
pub(super) fn granted(root: &Path) -> Grant {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let mounted = root.join("sys/fs/cgroup");
    let mut grant = Grant::default();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        for controller in controllers.split(',') {
            match controller {
                "" => {
                    // Where both versions are in use, the second lies in a folder of its own.
                    for folder in [mounted.clone(), mounted.join("unified")] {
                        grant.lower(version_2(&folder, path));
                    }
                }
                "memory" | "cpu" => {
                    let named = [mounted.join(controller), mounted.join(controllers)];
                    for folder in named {
                        grant.lower(version_1(&folder, path));
                    }
                }
                _ => {}
            }
        }
    }
    grant
}

impl Grant {
    /// The lower of both limits holds.
    fn lower(&mut self, other: Self) {
        self.memory = [self.memory, other.memory].into_iter().flatten().min();
        self.processors = [self.processors, other.processors]
            .into_iter()
            .flatten()
            .reduce(f64::min);
    }
}

fn version_2(mounted: &Path, path: &str) -> Grant {
    let mut grant = Grant::default();
    for group in groups(mounted, path) {
        grant.lower(Grant {
            memory: number(&group.join("memory.max")),
            processors: read(&group.join("cpu.max")).as_deref().and_then(share),
        });
    }
    grant
}

fn version_1(mounted: &Path, path: &str) -> Grant {
    let mut grant = Grant::default();
    for group in groups(mounted, path) {
        let quota = read(&group.join("cpu.cfs_quota_us")).unwrap_or_default();
        let period = read(&group.join("cpu.cfs_period_us")).unwrap_or_default();
        grant.lower(Grant {
            memory: number(&group.join("memory.limit_in_bytes")).filter(|limit| *limit < UNLIMITED),
            processors: share(&format!("{quota} {period}")),
        });
    }
    grant
}

/// The group and all above it. In a container `path` may be that of the host, which is not visible:
/// then the root is the container's own.
fn groups(mounted: &Path, path: &str) -> Vec<PathBuf> {
    let inner = Path::new(path.trim_start_matches('/'));
    let inner = inner.ancestors().map(|group| mounted.join(group));
    inner.filter(|group| group.is_dir()).collect()
}

/// `QUOTA PERIOD`, where QUOTA is `max` or `-1` for none.
fn share(text: &str) -> Option<f64> {
    let (quota, period) = text.split_once(' ')?;
    let (quota, period): (f64, f64) = (quota.parse().ok()?, period.trim().parse().ok()?);
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

fn number(file: &Path) -> Option<u64> {
    read(file)?.parse().ok()
}

fn read(file: &Path) -> Option<String> {
    fs::read_to_string(file)
        .ok()
        .map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let root =
            std::env::temp_dir().join(format!("chassis-cgroup-{name}-{}", std::process::id()));
        for (file, text) in files {
            let file = root.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        root
    }

    fn grant(name: &str, files: &[(&str, &str)]) -> Grant {
        let root = root(name, files);
        let grant = granted(&root);
        fs::remove_dir_all(root).unwrap();
        grant
    }

    #[test]
    fn the_lowest_limit_of_all_groups_holds() {
        let found = grant(
            "two",
            &[
                ("proc/self/cgroup", "0::/pod/app\n"),
                ("sys/fs/cgroup/pod/app/memory.max", "max\n"),
                ("sys/fs/cgroup/pod/app/cpu.max", "150000 100000\n"),
                ("sys/fs/cgroup/pod/memory.max", "67108864\n"),
                ("sys/fs/cgroup/pod/cpu.max", "max 100000\n"),
            ],
        );
        assert_eq!(
            found,
            Grant {
                memory: Some(64 << 20),
                processors: Some(1.5)
            }
        );
    }

    #[test]
    fn version_1_is_read_too() {
        let found = grant(
            "one",
            &[
                (
                    "proc/self/cgroup",
                    "4:memory:/docker/x\n2:cpu,cpuacct:/docker/x\n1:name=systemd:/\n",
                ),
                // The group of the host is not visible, the mounted root is the container's.
                ("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n"),
                ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n"),
                ("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n"),
            ],
        );
        assert_eq!(
            found,
            Grant {
                memory: Some(128 << 20),
                processors: Some(0.5)
            }
        );
    }

    #[test]
    fn no_limit_is_none() {
        let found = grant(
            "none",
            &[
                ("proc/self/cgroup", "4:memory:/\n1:cpu:/\n0::/\n"),
                (
                    "sys/fs/cgroup/memory/memory.limit_in_bytes",
                    "9223372036854771712\n",
                ),
                ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"),
                ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"),
            ],
        );
        assert_eq!(found, Grant::default());
        assert_eq!(granted(Path::new("/no-such-root")), Grant::default());
    }
}
