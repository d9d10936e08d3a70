//! One registry for all hosts, where the entry of a host that crashed stays for its time to live.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::discovery::{
    Entry, Instance, MemoryRegistry, Registration, Registry, RegistryFuture, Watch,
};

/// How long a registry believes that an instance lives which it hears nothing of.
const TIME_TO_LIVE: Duration = Duration::from_secs(10);

/// A registry that is never lost itself. A cheap clone.
#[derive(Clone, Default)]
pub(super) struct SimulatedRegistry {
    known: MemoryRegistry,
    abandoned: Arc<Mutex<Vec<Abandoned>>>,
}

struct Abandoned {
    /// Kept only to be dropped when the time to live is over.
    _entry: Registration,
    /// Set at the first look after the crash.
    until: Option<Duration>,
}

impl SimulatedRegistry {
    /// Forgets entries whose time to live is over.
    pub(super) fn expire(&self, now: Duration) {
        let mut abandoned = self.lock();
        for one in abandoned.iter_mut() {
            one.until.get_or_insert(now + TIME_TO_LIVE);
        }
        abandoned.retain(|one| one.until.is_none_or(|until| until > now));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Abandoned>> {
        self.abandoned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry for SimulatedRegistry {
    fn location(&self) -> String {
        "simulation:".to_owned()
    }

    fn watch(&self, service: &str) -> Watch {
        self.known.watch(service)
    }

    fn register(&self, instance: Instance) -> RegistryFuture<'_, Registration> {
        Box::pin(async move {
            let entry = Announced {
                entry: Some(self.known.register(instance).await?),
                registry: self.clone(),
            };
            Ok(Registration::new(entry))
        })
    }
}

struct Announced {
    entry: Option<Registration>,
    registry: SimulatedRegistry,
}

impl Entry for Announced {
    fn withdraw(&mut self) -> RegistryFuture<'_, ()> {
        let entry = self.entry.take();
        Box::pin(async move {
            match entry {
                Some(entry) => entry.deregister().await,
                None => Ok(()),
            }
        })
    }

    /// The host crashed: nobody tells the registry.
    fn abandon(&mut self) {
        let entry = self.entry.take().map(|entry| Abandoned {
            _entry: entry,
            until: None,
        });
        self.registry.lock().extend(entry);
    }
}
