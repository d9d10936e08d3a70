//! What the machine grants: files, disk, permissions, memory and CPU.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::super::process::{by_shell, folder_with};
use super::{Found, Visit, WELL, visit, visit_with};

/// A visit by way of a shell, which says `first` before.
fn visit_after(first: &str) -> Visit {
    let folder = folder_with(&[]);
    let command = by_shell(&folder, "patient", first);
    Visit { folder, command }.args(&WELL)
}

fn run(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program).args(args).status();
    status.is_ok_and(|status| status.success())
}

/// A folder on a file system of its own; gone when it is dropped.
struct Mounted(std::path::PathBuf);

impl Mounted {
    /// `None` where mounting is not permitted.
    fn new(options: &str) -> Option<Self> {
        let folder = folder_with(&[]);
        let path = folder.to_str().unwrap();
        let mounted = run("mount", &["-t", "tmpfs", "-o", options, "tmpfs", path]);
        mounted.then_some(Self(folder))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        run("umount", &[self.0.to_str().unwrap()]);
        let _ = fs::remove_dir(&self.0);
    }
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
}

#[test]
fn a_full_disk_and_a_read_only_one_are_told_apart() {
    let state = |mounted: &Mounted| {
        visit(&[])
            .var("XDG_STATE_HOME", mounted.0.to_str().unwrap())
            .found()
    };
    let Some(small) = Mounted::new("size=1m") else {
        eprintln!("mounting is not permitted here: no disk was full");
        return;
    };
    state(&small).says("disk.low", "warning", &["1 MiB are free"]);
    fs::write(small.0.join("ballast"), vec![1; 1 << 20]).unwrap();
    state(&small).says("disk.full", "warning", &["no space left"]);
    run("mount", &["-o", "remount,ro", small.0.to_str().unwrap()]);
    state(&small).says("disk.read-only", "warning", &["read-only"]);
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

#[test]
fn what_a_group_grants_is_compared_with_the_pools() {
    let Some(group) = Group::new("100663296", "50000") else {
        eprintln!(
            "control groups cannot be made here: the unit tests of the check read made-up ones"
        );
        return;
    };
    let found = visit_after(&group.join()).found();
    found.says("resources.memory-low", "warning", &["grants 96 MiB"]);
    found.says("resources.bodies", "note", &["1024 calls"]);
    found.says("resources.fraction", "note", &["0.5"]);
    let found = visit_after(&group.join())
        .args(&["--set", "http.max_connections=1000"])
        .found();
    found.is_well();
    assert_eq!(found.one("resources.memory")["status"], "ok");
}
