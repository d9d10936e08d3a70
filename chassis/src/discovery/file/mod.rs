//! `file:`: the services of one user on one machine, by a folder that all of them read and write.
//!
//! Each instance is one file, written whole. Its process keeps it young; who reads the folder drops
//! what is from before a reboot, whose process is gone, or what has not been kept young. Nothing
//! but the folder is shared, so there is nothing to start, and nothing that can be down.
//!
//! For a developer's machine: profile `prod` refuses it.

mod directory;
mod keeper;
mod process;
mod record;

#[cfg(test)]
pub(super) mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::directory::Directory;
use self::keeper::Keeper;
use super::{Entry, Instance, Registration, Registry, RegistryFuture, Watch};
use crate::Result;
use crate::context::Env;

/// A registry in a folder. A cheap clone.
///
/// The folder is read twice a second, so that a change is known to everybody after that long.
#[derive(Debug, Clone)]
pub struct FileRegistry(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    path: PathBuf,
    keeper: Arc<Keeper>,
    thread: Option<std::thread::Thread>,
}

impl FileRegistry {
    /// Opens the registry in the folder at `path`, which is made where it is missing. A thread,
    /// `chassis-registry`, reads it from now on and ends with the last clone.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or written, belongs to another user, or is open to others.
    pub fn open(path: &Path, env: Env) -> Result<Self> {
        let directory = Directory::open(path)?;
        let keeper = Arc::new(Keeper::new(directory, env));
        let thread = keeper::drive(&keeper)?;
        Ok(Self(Arc::new(Opened {
            path: path.to_owned(),
            keeper,
            thread: Some(thread),
        })))
    }
}

impl Registry for FileRegistry {
    fn location(&self) -> String {
        format!("file:{}", self.0.path.display())
    }

    fn watch(&self, service: &str) -> Watch {
        self.0.keeper.watch(service)
    }

    fn register(&self, instance: Instance) -> RegistryFuture<'_, Registration> {
        Box::pin(async move {
            let (name, generation) = self.0.keeper.announce(instance)?;
            Ok(Registration::new(FileEntry {
                keeper: Arc::clone(&self.0.keeper),
                name,
                generation,
            }))
        })
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        self.keeper.stop();
        if let Some(thread) = self.thread.take() {
            thread.unpark();
        }
    }
}

struct FileEntry {
    keeper: Arc<Keeper>,
    name: String,
    generation: u64,
}

impl Entry for FileEntry {
    fn withdraw(&mut self) -> RegistryFuture<'_, ()> {
        Box::pin(async { self.keeper.withdraw(&self.name, self.generation) })
    }

    fn abandon(&mut self) {
        // Where that fails, the entry ends with our process.
        let _failed = self.keeper.withdraw(&self.name, self.generation);
    }
}
