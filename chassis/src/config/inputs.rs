//! Everything that a configuration is read from, held in one place so that tests need no process.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// More than any configuration needs; keeps a mistaken path (a log, a device) from filling memory.
const MAX_FILE: u64 = 1 << 20;

/// Arguments, variables, current folder and files of a process, or of a test.
///
/// [`Inputs::from_process`] is the only place of the configuration that touches the process.
///
/// ```
/// use chassis::config::Inputs;
///
/// let inputs = Inputs::none().arg("--check").var("CHASSIS_PROFILE", "dev").file(
///     "chassis.toml",
///     "http.listen = '127.0.0.1:9000'",
/// );
/// # let _ = inputs;
/// ```
#[derive(Clone, Default)]
pub struct Inputs {
    args: Vec<OsString>,
    vars: BTreeMap<String, OsString>,
    folder: PathBuf,
    files: Option<BTreeMap<PathBuf, Vec<u8>>>,
    /// The files that values referred to, in all clones.
    referred: Arc<Mutex<BTreeSet<PathBuf>>>,
}

impl Inputs {
    /// What the process was given: its arguments (without the program's name), variables, current
    /// folder and disk.
    pub fn from_process() -> Self {
        let vars = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value))
            .collect();
        // Paths stay relative, so that reports show them as a person would type them.
        Self {
            args: std::env::args_os().skip(1).collect(),
            vars,
            ..Self::default()
        }
    }

    /// Nothing at all: no argument, no variable, no file.
    pub fn none() -> Self {
        Self {
            files: Some(BTreeMap::new()),
            ..Self::default()
        }
    }

    /// No argument and no variable, with the files of the disk as seen from `folder`.
    pub fn on_disk(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            ..Self::default()
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.vars.insert(name.into(), value.into());
        self
    }

    /// Puts a file at `path`; from now on the disk isn't read.
    #[must_use]
    pub fn file(mut self, path: impl AsRef<Path>, content: impl Into<Vec<u8>>) -> Self {
        let path = self.folder.join(path);
        self.files
            .get_or_insert_default()
            .insert(path, content.into());
        self
    }

    /// The arguments, without the program's name.
    pub fn args(&self) -> &[OsString] {
        &self.args
    }

    /// A variable's value; an empty one counts as unset, as shells and containers leave them.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.raw_variable(name).filter(|value| !value.is_empty())
    }

    /// A variable's value, also where it is empty.
    pub(super) fn raw_variable(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(name).map(OsString::as_os_str)
    }

    /// All variables, by name.
    pub(super) fn variables(&self) -> impl Iterator<Item = (&str, &OsStr)> {
        self.vars
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_os_str()))
    }

    /// The folder that relative paths start from.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether `path` is a folder.
    pub(super) fn is_folder(&self, path: &Path) -> bool {
        match &self.files {
            Some(files) => files.keys().any(|file| file.parent() == Some(path)),
            None => path.as_os_str().is_empty() || path.is_dir(),
        }
    }

    /// The content of a file that a value refers to.
    pub(super) fn read_referred(&self, path: &Path) -> io::Result<Vec<u8>> {
        let content = self.read(path)?;
        let mut referred = self.referred.lock().unwrap_or_else(PoisonError::into_inner);
        referred.insert(path.to_owned());
        Ok(content)
    }

    /// The files that values referred to until now.
    pub(super) fn referred(&self) -> Vec<PathBuf> {
        let referred = self.referred.lock().unwrap_or_else(PoisonError::into_inner);
        referred.iter().cloned().collect()
    }

    /// The content of a file, at most 1 MiB.
    pub(crate) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match &self.files {
            Some(files) => files
                .get(path)
                .cloned()
                .ok_or(io::ErrorKind::NotFound.into()),
            None => read_bounded(path),
        }
    }
}

/// What changes when a file does: its time, length and place on disk; nothing where there is none.
/// A mounted `ConfigMap` changes its place.
pub(crate) type Stamp = Option<(SystemTime, u64, u64)>;

impl Inputs {
    /// The stamps of files; `None` where they don't lie on disk.
    pub(super) fn stamps(&self, files: Vec<PathBuf>) -> Option<Vec<(PathBuf, Stamp)>> {
        let stamp = |path: &Path| {
            let data = std::fs::metadata(path).ok()?;
            Some((data.modified().ok()?, data.len(), data.ino()))
        };
        let on_disk = self.files.is_none();
        on_disk.then(|| {
            let files = files.into_iter();
            files
                .map(|path| {
                    let stamp = stamp(&path);
                    (path, stamp)
                })
                .collect()
        })
    }
}

impl fmt::Debug for Inputs {
    /// Without values: any of them may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inputs")
            .field("vars", &self.vars.keys())
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

fn read_bounded(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?
        .take(MAX_FILE + 1)
        .read_to_end(&mut content)?;
    if content.len() as u64 > MAX_FILE {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    Ok(content)
}
