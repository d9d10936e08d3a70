//! [`Directory`]: a folder that only its user can enter, and whole files in it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use crate::{Error, Result};

/// A folder, mode 0700, that belongs to our user.
#[derive(Debug)]
pub(super) struct Directory {
    path: PathBuf,
    /// Tells our unfinished files from each other.
    unfinished: AtomicU64,
}

/// What is read of one file: larger ones are not ours.
const MAX: u64 = 64 << 10;

/// One file of the folder.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) text: String,
    /// When it was written or touched.
    pub(super) touched: SystemTime,
}

impl Directory {
    /// Makes the folder where it is missing, and checks whose it is.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let failed = |what: &str, error: io::Error| {
            let path = path.display();
            Error::unavailable(format!(
                "the registry at {path} {what}: {error}; let the service's user make and write it, \
                 or name another folder in registry.url"
            ))
        };
        make(path).map_err(|error| failed("cannot be made", error))?;
        let directory = Self {
            path: path.to_owned(),
            unfinished: AtomicU64::new(0),
        };
        let own = directory
            .own_user()
            .map_err(|error| failed("cannot be written", error))?;
        let found =
            fs::symlink_metadata(path).map_err(|error| failed("cannot be looked at", error))?;
        check(path, &found, own)?;
        Ok(directory)
    }

    /// Our user, as the owner of a file that we make.
    fn own_user(&self) -> io::Result<u32> {
        let (path, file) = self.unfinished()?;
        let user = file.metadata().map(|found| found.uid());
        fs::remove_file(path)?;
        user
    }

    /// Puts `text` into the file `name`, whole: nobody ever reads a part of it.
    pub(super) fn write(&self, name: &str, text: &str, now: SystemTime) -> io::Result<()> {
        let (path, mut file) = self.unfinished()?;
        let written = file
            .write_all(text.as_bytes())
            .and_then(|()| file.set_modified(now))
            .and_then(|()| fs::rename(&path, self.path.join(name)));
        if written.is_err() {
            let _left_behind = fs::remove_file(&path);
        }
        written
    }

    /// Says that the file `name` is still true.
    pub(super) fn touch(&self, name: &str, now: SystemTime) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.path.join(name))?;
        file.set_modified(now)
    }

    /// Removes the file `name`; one that is gone already is no error.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match fs::remove_file(self.path.join(name)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The files whose names `is_wanted`. Those that vanish meanwhile, or cannot be read, are left
    /// out.
    pub(super) fn read(&self, is_wanted: impl Fn(&str) -> bool) -> io::Result<Vec<Found>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            if let Some(name) = name.to_str().filter(|name| is_wanted(name)) {
                found.extend(self.read_one(name).ok());
            }
        }
        Ok(found)
    }

    fn read_one(&self, name: &str) -> io::Result<Found> {
        let file = File::open(self.path.join(name))?;
        let touched = file.metadata()?.modified()?;
        let mut text = String::new();
        file.take(MAX).read_to_string(&mut text)?;
        Ok(Found {
            name: name.to_owned(),
            text,
            touched,
        })
    }

    /// A new file that no reader looks at: its name begins with a dot.
    fn unfinished(&self) -> io::Result<(PathBuf, File)> {
        let number = self.unfinished.fetch_add(1, Ordering::Relaxed);
        let name = format!(".{}.{number}", std::process::id());
        let path = self.path.join(name);
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        Ok((path, file))
    }
}

fn make(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn check(path: &Path, found: &fs::Metadata, own: u32) -> Result {
    let path = path.display();
    if !found.is_dir() {
        return Err(Error::unavailable(format!(
            "the registry at {path} is no folder; links are not followed"
        )));
    }
    if found.uid() != own {
        return Err(Error::unavailable(format!(
            "the registry at {path} belongs to user {}, not to ours ({own}); use another folder",
            found.uid()
        )));
    }
    let mode = found.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(Error::unavailable(format!(
            "the registry at {path} is open to other users (mode {mode:04o}); chmod 700 {path}"
        )));
    }
    Ok(())
}
