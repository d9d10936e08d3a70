//! [`Meeting`]: the folder in which the processes of a split find each other.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A folder of one split, by the id of its parent; removed with all that is in it when this is
/// dropped.
///
/// Beside it lies a file that the parent holds locked. The kernel lets go of it when the parent
/// ends, however it ends: so the next split knows which folders nobody needs any more.
#[derive(Debug)]
pub(in crate::app) struct Meeting {
    folder: PathBuf,
    mark: PathBuf,
    /// `None`: nothing can be written there. The children say so, with the mend.
    _held: Option<File>,
}

impl Meeting {
    /// The folder of the process `id` below `all`. Folders of parents that live no more are
    /// removed.
    pub(in crate::app) fn open(all: &Path, id: u32) -> Self {
        Self {
            folder: folder(all, id),
            mark: mark(all, id),
            _held: take(all, id).ok(),
        }
    }

    /// Where it is. The children make it, as they want it.
    pub(in crate::app) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Meeting {
    fn drop(&mut self) {
        clear(&self.folder, &self.mark);
    }
}

/// Sweeps, then takes the mark of `id`. One process at a time, lest one's new mark, not locked
/// yet, is another's old one.
fn take(all: &Path, id: u32) -> io::Result<File> {
    fs::create_dir_all(all)?;
    let turn = open(&all.join("turn.lock"))?;
    turn.lock()?;
    for left in ids(all)? {
        let mark = mark(all, left);
        let held = open(&mark)?;
        if held.try_lock().is_ok() {
            clear(&folder(all, left), &mark);
        }
    }
    let held = open(&mark(all, id))?;
    held.lock()?;
    Ok(held)
}

/// The parents that have a folder or a mark here.
fn ids(all: &Path) -> io::Result<BTreeSet<u32>> {
    let mut ids = BTreeSet::new();
    for entry in fs::read_dir(all)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        ids.extend(name.strip_suffix(".lock").unwrap_or(&name).parse::<u32>());
    }
    Ok(ids)
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).open(path)
}

fn folder(all: &Path, id: u32) -> PathBuf {
    all.join(id.to_string())
}

fn mark(all: &Path, id: u32) -> PathBuf {
    all.join(format!("{id}.lock"))
}

/// What cannot be removed now, the next split tries again.
fn clear(folder: &Path, mark: &Path) {
    let _ = fs::remove_dir_all(folder);
    let _ = fs::remove_file(mark);
}
