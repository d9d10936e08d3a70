//! Several processes at one folder.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use super::keeper::TIME_TO_LIVE;
use super::*;
use crate::discovery::Address;

/// A folder of its own, gone with the test.
pub(in crate::discovery) struct Folder(PathBuf);

impl Folder {
    pub(in crate::discovery) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("chassis-registry-{}-{number}", std::process::id());
        Self(std::env::temp_dir().join(name))
    }

    pub(in crate::discovery) fn path(&self) -> &Path {
        &self.0
    }

    fn keeper(&self) -> Keeper {
        Keeper::new(Directory::open(&self.0).unwrap(), Env::system())
    }

    fn files(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _missing = fs::remove_dir_all(&self.0);
    }
}

fn instance(id: &str) -> Instance {
    let address: Address = "127.0.0.1:8080".parse().unwrap();
    Instance::new("orders", id, address)
}

fn count(watch: &Watch) -> usize {
    watch.snapshot().instances.len()
}

#[test]
fn what_one_announces_the_others_see() {
    let folder = Folder::new();
    let (one, other) = (folder.keeper(), folder.keeper());
    let watch = other.watch("orders");
    let (name, generation) = one.announce(instance("a/1")).unwrap();
    assert_eq!(folder.files(), ["orders@a%2F1.json"]);
    assert_eq!(count(&watch), 0);
    other.tick();
    assert_eq!(watch.snapshot().instances, [instance("a/1")]);
    one.withdraw(&name, generation).unwrap();
    other.tick();
    assert_eq!(count(&watch), 0);
    assert!(folder.files().is_empty());
}

#[test]
fn folder_and_files_are_the_users_own() {
    let folder = Folder::new();
    folder.keeper().announce(instance("a")).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(folder.path()), 0o700);
    assert_eq!(mode(&folder.path().join("orders@a.json")), 0o600);
}

#[test]
fn a_folder_that_others_can_enter_is_refused() {
    let folder = Folder::new();
    fs::create_dir(folder.path()).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let error = FileRegistry::open(folder.path(), Env::system()).unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("open to other users (mode 0755); chmod 700"),
        "{said}"
    );
}

#[test]
fn a_link_and_a_file_are_no_folder() {
    let (folder, link) = (Folder::new(), Folder::new());
    drop(folder.keeper());
    std::os::unix::fs::symlink(folder.path(), link.path()).unwrap();
    let error = FileRegistry::open(link.path(), Env::system()).unwrap_err();
    fs::remove_file(link.path()).unwrap();
    assert!(error.to_string().contains("is no folder"), "{error}");
}

#[test]
fn what_is_not_kept_young_is_not_believed_but_left() {
    let folder = Folder::new();
    let (one, other) = (folder.keeper(), folder.keeper());
    one.announce(instance("a")).unwrap();
    let watch = other.watch("orders");
    assert_eq!(count(&watch), 1);
    let path = folder.path().join("orders@a.json");
    let file = fs::File::options().write(true).open(path).unwrap();
    let old = Env::system().wall() - TIME_TO_LIVE;
    file.set_modified(old).unwrap();
    other.tick();
    assert_eq!(count(&watch), 0);
    // The process was stopped and goes on.
    one.tick();
    other.tick();
    assert_eq!(count(&watch), 1);
}

#[test]
fn an_entry_that_somebody_removed_comes_back() {
    let folder = Folder::new();
    let one = folder.keeper();
    one.announce(instance("a")).unwrap();
    fs::remove_file(folder.path().join("orders@a.json")).unwrap();
    one.tick();
    assert_eq!(folder.files(), ["orders@a.json"]);
}

#[test]
fn a_folder_that_is_gone_changes_nothing() {
    let folder = Folder::new();
    let (one, other) = (folder.keeper(), folder.keeper());
    one.announce(instance("a")).unwrap();
    let watch = other.watch("orders");
    fs::remove_dir_all(folder.path()).unwrap();
    other.tick();
    assert_eq!(count(&watch), 1);
    assert!(watch.stale().unwrap().contains("No such file"));
    fs::create_dir(folder.path()).unwrap();
    one.tick();
    other.tick();
    assert_eq!(count(&watch), 1);
    assert!(watch.stale().is_none());
}

#[test]
fn what_is_no_entry_is_passed_over() {
    let folder = Folder::new();
    let keeper = folder.keeper();
    for (name, text) in [
        ("orders@x.json", "{"),
        ("orders@y.json", "[]"),
        ("orders@z.json", "\u{0}"),
        (".orders@a.json", "{}"),
        ("notes.txt", "orders"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    keeper.announce(instance("a")).unwrap();
    assert_eq!(count(&keeper.watch("orders")), 1);
}

#[test]
fn a_name_that_begins_with_anothers_is_another() {
    let folder = Folder::new();
    let keeper = folder.keeper();
    let address: Address = "127.0.0.1:1".parse().unwrap();
    keeper
        .announce(Instance::new("orders-old", "a", address))
        .unwrap();
    assert_eq!(count(&keeper.watch("orders")), 0);
    assert_eq!(count(&keeper.watch("orders-old")), 1);
}

#[test]
#[ignore = "what the second process of the test below does"]
fn second_process() {
    let folder = std::env::var_os("TEST_REGISTRY").unwrap();
    let registry = FileRegistry::open(Path::new(&folder), Env::system()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let _announced = runtime
        .block_on(registry.register(instance("second")))
        .unwrap();
    loop {
        std::thread::park();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_process_that_is_killed_is_gone_at_once() {
    let folder = Folder::new();
    let registry = FileRegistry::open(folder.path(), Env::system()).unwrap();
    let watch = registry.watch("orders");
    let mut second = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "discovery::file::tests::second_process",
            "--ignored",
        ])
        .env("TEST_REGISTRY", folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let patience = std::time::Duration::from_secs(20);
    let came = tokio::time::timeout(patience, watch.changed(watch.version())).await;
    let killed = second.kill();
    let version = came.unwrap();
    killed.unwrap();
    assert_eq!(watch.snapshot().instances, [instance("second")]);
    // Not waited for: a process that its parent has not collected is dead all the same.
    tokio::time::timeout(patience, watch.changed(version))
        .await
        .unwrap();
    assert_eq!(count(&watch), 0);
    assert!(folder.files().is_empty());
    second.wait().unwrap();
}
