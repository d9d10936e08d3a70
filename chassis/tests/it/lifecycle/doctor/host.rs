//! What the machine grants: files, disk, permissions, memory and CPU.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::super::process::{by_shell, folder_with};
use super::apart::visit_apart;
use super::{Found, Visit, WELL, visit, visit_with};

/// A visit by way of a shell, which says `first` before.
fn visit_after(first: &str) -> Visit {
    let folder = folder_with(&[]);
    let command = by_shell(&folder, "patient", first);
    Visit { folder, command }.args(&WELL)
}

#[test]
fn few_open_files_are_a_warning() {
    let found = visit_after("ulimit -n 100").found();
    found.says("files.few", "warning", &["100 files may be open"]);
    let mend = found.one("files.few")["mend"].as_str().unwrap();
    assert!(mend.contains("CHASSIS_HTTP__MAX_CONNECTIONS="), "{mend}");
    // What a developer's shell often has is worth a note there, and a warning in prod.
    let found = visit_after("ulimit -n 1024").found();
    assert_eq!(found.one("files.few")["status"], "note");
    let found = visit_after("ulimit -n 1024")
        .args(&["--profile", "prod"])
        .found();
    found.says("files.few", "warning", &["1024"]);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    // Not even root makes files in /proc.
    let found = visit(&[]).var("XDG_STATE_HOME", "/proc").found();
    found.says("disk.refused", "warning", &["/proc/chassis/patient"]);
    let found = visit(&["--set", "patient.migrations=1"])
        .var("XDG_STATE_HOME", "/proc")
        .found();
    found.says("disk.refused", "error", &["/proc/chassis/patient"]);
    assert_eq!(found.code, 69);
    // The mend is the setting that named the folder.
    let store = &["patient.migrations=1", "store.url=sqlite:/proc/here/x.db"];
    let found = visit(&["--set", store[0], "--set", store[1]]).found();
    found.says("disk.refused", "error", &["/proc/here"]);
    let mend = found.one("disk.refused")["mend"].to_string();
    assert!(mend.contains("store.url"), "{mend}");
}

#[test]
fn a_full_disk_and_a_read_only_one_are_told_apart() {
    // What fails in the last step of the setup is what is wanted: the disk gets full.
    let small = "mkdir state; mount -t tmpfs -o size=1m tmpfs state";
    let fill = "head -c 1048576 /dev/zero > state/ballast || true";
    let full = format!("{small}; {fill}");
    let locked = format!("{full}; mount -o remount,ro state");
    for (setup, id, words) in [
        (small, "disk.low", "1 MiB are free"),
        (full.as_str(), "disk.full", "no space left"),
        (locked.as_str(), "disk.read-only", "read-only"),
    ] {
        let Some(visit) = visit_apart(setup) else {
            return;
        };
        visit.found().says(id, "warning", &[words]);
    }
}

fn open_to_all(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn secrets_that_others_can_read_are_named() {
    let files = [
        ("chassis.toml", "admin.token = 'file:token.txt'\n"),
        ("token.txt", "hush-hush-hush-hush-hush-hush-hush"),
    ];
    let of = |name: &str, mode: u32, files: &[(&str, &str)]| -> Found {
        let visit = visit_with(files, &[]);
        open_to_all(&visit.folder.join(name), mode);
        let found = visit.found();
        assert!(
            !found.report.to_string().contains("hush"),
            "{:#}",
            found.report
        );
        found
    };
    let found = of("token.txt", 0o644, &files);
    found.says("secrets.file", "warning", &["token.txt", "0644"]);
    assert!(!found.has("secrets.settings"), "{:#}", found.report);
    of("token.txt", 0o600, &files).is_well();
    let clear = [(
        "chassis.toml",
        "admin.token = 'hush-hush-hush-hush-hush-hush-hush'\n",
    )];
    of("chassis.toml", 0o644, &clear).says("secrets.settings", "warning", &["chassis.toml"]);
    of("chassis.toml", 0o600, &clear).is_well();
    let plain = [("chassis.toml", "")];
    of("chassis.toml", 0o666, &plain).says("secrets.changeable", "warning", &["0666"]);
}

#[test]
fn a_mounted_secret_is_only_a_note() {
    let files = [
        ("chassis.toml", "admin.token = 'file:token.txt'\n"),
        ("token.txt", "hush-hush-hush-hush-hush-hush-hush"),
    ];
    let visit = visit_with(&files, &[]).var("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    open_to_all(&visit.folder.join("token.txt"), 0o644);
    let found = visit.found();
    found.says("secrets.file", "note", &["token.txt"]);
    found.is_well();
}

#[test]
fn an_admin_token_that_others_can_read_is_named() {
    let visit = visit_with(&[], &[]);
    let folder = visit.folder.join("state/chassis/patient");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("admin.token"), "0".repeat(64)).unwrap();
    open_to_all(&folder.join("admin.token"), 0o644);
    visit
        .found()
        .says("secrets.token", "warning", &["admin.token", "0644"]);
}

#[test]
fn more_threads_than_processors_are_a_warning() {
    let found = visit(&[]).var("TOKIO_WORKER_THREADS", "999").found();
    found.says("resources.threads", "warning", &["999 worker threads"]);
    visit(&[]).found().is_well();
}

/// A group of processes with limits; gone when it is dropped.
struct Group(Vec<std::path::PathBuf>);

impl Group {
    /// `None` where groups cannot be made.
    fn new(memory: &str, quota: &str) -> Option<Self> {
        let name = format!("chassis-doctor-{}", std::process::id());
        let root = Path::new("/sys/fs/cgroup");
        let (limits, folders): (Vec<_>, Vec<_>) = if root.join("cgroup.controllers").is_file() {
            let limits = vec![
                (root.join(&name).join("memory.max"), memory.to_owned()),
                (root.join(&name).join("cpu.max"), format!("{quota} 100000")),
            ];
            (limits, vec![root.join(&name)])
        } else {
            let (memories, cpus) = (
                root.join("memory").join(&name),
                root.join("cpu").join(&name),
            );
            let limits = vec![
                (memories.join("memory.limit_in_bytes"), memory.to_owned()),
                (cpus.join("cpu.cfs_quota_us"), quota.to_owned()),
            ];
            (limits, vec![memories, cpus])
        };
        let mut group = Self(Vec::new());
        for folder in folders {
            fs::create_dir(&folder).ok()?;
            group.0.push(folder);
        }
        let set = limits
            .iter()
            .all(|(file, limit)| file.is_file() && fs::write(file, limit).is_ok());
        set.then_some(group)
    }

    /// What a shell says to join it.
    fn join(&self) -> String {
        let joins: Vec<String> = self
            .0
            .iter()
            .map(|folder| format!("echo $$ > {}/cgroup.procs", folder.display()))
            .collect();
        joins.join("; ")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.0
            .iter()
            .for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

/// What a machine without control groups of its own lays over them: version 2 and version 1.
const MADE_UP: &str = "mount -t tmpfs tmpfs /sys/fs/cgroup; cd /sys/fs/cgroup; mkdir memory cpu; \
     echo 100663296 > memory.max; echo 100663296 > memory/memory.limit_in_bytes; \
     echo 50000 100000 > cpu.max; echo 50000 > cpu/cpu.cfs_quota_us; \
     echo 100000 > cpu/cpu.cfs_period_us; cd \"$OLDPWD\"";

#[test]
fn what_a_group_grants_is_compared_with_the_pools() {
    let group = Group::new("100663296", "50000");
    let visit = || match &group {
        Some(group) => Some(visit_after(&group.join())),
        None => visit_apart(MADE_UP),
    };
    let Some(first) = visit() else { return };
    let found = first.found();
    found.says("resources.memory-low", "warning", &["grants 96 MiB"]);
    found.says("resources.bodies", "note", &["1024 calls"]);
    found.says("resources.fraction", "note", &["0.5"]);
    let fewer = ["--set", "http.max_connections=1000"];
    let found = visit().unwrap().args(&fewer).found();
    found.is_well();
    assert_eq!(found.one("resources.memory")["status"], "ok");
}

#[test]
fn what_is_laid_over_the_groups_is_read_as_well() {
    let Some(visit) = visit_apart(MADE_UP) else {
        return;
    };
    let found = visit.found();
    found.says("resources.memory-low", "warning", &["grants 96 MiB"]);
    found.says("resources.fraction", "note", &["0.5"]);
}
