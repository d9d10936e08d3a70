//! [`Registration`]: an instance that is announced, until this is dropped.

use std::fmt;

use super::RegistryFuture;
use crate::Result;

/// What a registry keeps for one announced instance.
pub trait Entry: Send + Sync + 'static {
    /// Takes the instance out of the registry and waits until that is done.
    fn withdraw(&mut self) -> RegistryFuture<'_, ()>;

    /// Takes it out as well as can be done without waiting: the registration was dropped.
    fn abandon(&mut self);
}

/// An announced instance. It is taken out of the registry when this is dropped; call
/// [`deregister`](Self::deregister) to wait for it and to hear of a failure.
#[must_use = "dropping it takes the instance out of the registry"]
pub struct Registration(Option<Box<dyn Entry>>);

impl Registration {
    /// A registration of a registry's own entry.
    pub fn new(entry: impl Entry) -> Self {
        Self(Some(Box::new(entry)))
    }

    /// A registration in a registry that keeps none.
    pub fn none() -> Self {
        Self(None)
    }

    /// Takes the instance out of the registry.
    ///
    /// # Errors
    ///
    /// When the registry cannot be reached; the entry then ends by its time to live.
    pub async fn deregister(mut self) -> Result {
        match self.0.take() {
            Some(mut entry) => entry.withdraw().await,
            None => Ok(()),
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(mut entry) = self.0.take() {
            entry.abandon();
        }
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").finish_non_exhaustive()
    }
}
