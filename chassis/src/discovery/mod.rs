//! Discovery: which instances of a service there are, and where.
//!
//! [`Registry`] is the port; [`open`] makes the adapter that a URL names. A client takes a
//! [`Watch`] on a service and reads its [`Snapshot`] at each call, which costs one load; a service
//! hands its [`Instance`] in and keeps the [`Registration`] for as long as it serves.
//!
//! A registry that is lost changes nothing: the last snapshot goes on being used and is marked
//! [stale](Watch::stale) until the registry is back.

mod address;
mod file;
mod fixed;
mod instance;
mod memory;
mod open;
mod registration;
mod settings;
mod watch;

#[cfg(test)]
mod tests;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

pub use address::{Address, AddressError};
pub use file::FileRegistry;
pub use fixed::StaticRegistry;
pub(crate) use fixed::instances as written_instances;
pub(crate) use instance::is_service_name;
pub use instance::{Instance, Snapshot};
pub use memory::MemoryRegistry;
pub(crate) use open::folder;
pub use open::{Opened, check, open};
pub use registration::{Entry, Registration};
pub use settings::Settings;
pub use watch::{Publisher, Watch};

use crate::Result;

/// The future of a [`Registry`]'s methods.
pub type RegistryFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Knows the instances of every service.
pub trait Registry: Send + Sync + 'static {
    /// What it is and where, for people: `file:/home/ann/.local/state/chassis/registry`. Holds no
    /// secret.
    fn location(&self) -> String;

    /// The instances of `service`, now and from now on. Never fails: what is not known yet is an
    /// empty snapshot. All watches of one service share their snapshot.
    fn watch(&self, service: &str) -> Watch;

    /// Announces `instance` until the registration is dropped. It replaces an earlier one of the
    /// same service and id.
    ///
    /// # Errors
    ///
    /// When the registry refuses the instance, or cannot be reached now.
    fn register(&self, instance: Instance) -> RegistryFuture<'_, Registration>;
}

impl fmt::Debug for dyn Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Registry({})", self.location())
    }
}
