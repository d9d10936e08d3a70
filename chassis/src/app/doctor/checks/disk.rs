//! The folders that are written to: whether that is possible, and for how much longer.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::super::finding::Finding;
use super::super::patient::Patient;
use super::super::reach::plainly;

/// What is written, and removed again.
const SAMPLE: usize = 64 << 10;

/// KiB below which something will fail soon.
const LOW: u64 = 64 << 10;

/// What a folder is for.
struct Role {
    what: &'static str,
    /// What names another folder.
    setting: &'static str,
    /// Whether the service doesn't start without it.
    required: bool,
}

const STATE: Role = Role {
    what: "the state folder",
    setting: "XDG_STATE_HOME",
    required: false,
};

/// The store needs it; the token does without.
const STATE_AND_STORE: Role = Role {
    what: "the state folder, with the store",
    setting: "XDG_STATE_HOME",
    required: true,
};

const STORE: Role = Role {
    what: "the store's folder",
    setting: "store.url",
    required: true,
};

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let state = patient.config.state_dir();
    let mut found = vec![folder(&STATE, &state)];
    for file in stores(patient) {
        match file.parent() {
            Some(parent) if parent != state => found.push(folder(&STORE, parent)),
            Some(_) => found[0] = folder(&STATE_AND_STORE, &state),
            None => {}
        }
    }
    found.dedup();
    found
}

#[cfg(feature = "sqlite")]
fn stores(patient: &Patient) -> Vec<PathBuf> {
    let needs = patient.composed.needs();
    let files = needs.stores.iter().filter_map(|store| {
        let file = crate::store::Sqlite::file(&store.settings, &store.default_file);
        file.ok().flatten()
    });
    files.collect()
}

#[cfg(not(feature = "sqlite"))]
fn stores(_: &Patient) -> Vec<PathBuf> {
    Vec::new()
}

fn folder(role: &Role, folder: &Path) -> Finding {
    let what = role.what;
    let Some(there) = folder.ancestors().find(|path| path.is_dir()) else {
        return refused(role, folder, &ErrorKind::NotFound.into());
    };
    if let Err(error) = write_sample(there) {
        return refused(role, folder, &error);
    }
    let made = if there == folder {
        ""
    } else {
        " (made at the start)"
    };
    match free(there) {
        Some(free) if free < LOW => {
            let text = format!("{what} {}: {} MiB are free", folder.display(), free >> 10);
            Finding::warning("disk.low", text)
                .why("SQLite and whatever else writes fail when nothing is left")
                .mend(format!(
                    "df -h {} shows the file system; make room, or use a larger one",
                    there.display()
                ))
        }
        Some(free) => Finding::ok(
            "disk.writable",
            format!(
                "{what} {}{made} is writable, {} MiB are free",
                folder.display(),
                free >> 10
            ),
        ),
        None => Finding::ok(
            "disk.writable",
            format!(
                "{what} {}{made} is writable; no `df` here says how much is free",
                folder.display()
            ),
        ),
    }
}

fn refused(role: &Role, folder: &Path, error: &io::Error) -> Finding {
    let (what, setting, place) = (role.what, role.setting, folder.display());
    let text = format!("{what} {place} cannot be written: {}", plainly(error));
    let (id, mend) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (
            "disk.full",
            format!("make room on the file system of {place}"),
        ),
        ErrorKind::ReadOnlyFilesystem => (
            "disk.read-only",
            format!("mount a writable volume there (an emptyDir in Kubernetes), or set {setting}"),
        ),
        _ => (
            "disk.refused",
            format!("chown it to the service's user, or name another one by {setting}"),
        ),
    };
    Finding::away(role.required, id, text)
        .why(match role.required {
            true => "the store cannot be opened: the service does not start",
            false => "no admin token is made there: what needs it is off",
        })
        .mend(mend)
}

/// Writes a file beside the others, to the disk, and removes it: permissions alone tell neither root
/// nor a read-only mount.
fn write_sample(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".doctor.{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)?;
    let written = file
        .write_all(&vec![0; SAMPLE])
        .and_then(|()| file.sync_all());
    let removed = fs::remove_file(&path);
    written.and(removed)
}

/// KiB that are free. The standard library does not tell; `df` does nearly everywhere.
fn free(folder: &Path) -> Option<u64> {
    let df = Command::new("df")
        .arg("-Pk")
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(df.stdout).ok()?;
    available(&text)
}

/// The fourth column of the second line, by POSIX.
fn available(df: &str) -> Option<u64> {
    let line = df.lines().nth(1)?;
    // From the end, as the name of the file system may hold blanks: `… Available Capacity% Mounted`.
    let capacity = line
        .split_whitespace()
        .position(|word| word.ends_with('%'))?;
    line.split_whitespace()
        .nth(capacity.checked_sub(1)?)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn df_is_read() {
        let text = "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/my disk 100 40 60 40% /a b\n";
        assert_eq!(available(text), Some(60));
        assert_eq!(available("df: no such file"), None);
    }

    #[test]
    fn what_was_written_is_gone() {
        let folder = std::env::temp_dir().join(format!("chassis-disk-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        write_sample(&folder).unwrap();
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(
            write_sample(&folder).unwrap_err().kind(),
            ErrorKind::NotFound
        );
    }
}
