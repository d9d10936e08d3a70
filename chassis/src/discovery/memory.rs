//! `memory:`: the services of one process.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Entry, Instance, Publisher, Registration, Registry, RegistryFuture, Watch};

/// A registry within one process. Each one opened stands alone; a cheap clone shares it.
#[derive(Debug, Clone, Default)]
pub struct MemoryRegistry(Arc<Mutex<HashMap<String, Service>>>);

#[derive(Debug)]
struct Service {
    instances: BTreeMap<String, Announced>,
    publisher: Publisher,
}

#[derive(Debug)]
struct Announced {
    instance: Instance,
    /// Tells a registration from the one that replaced it.
    generation: u64,
}

impl MemoryRegistry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes one service and publishes what came of it.
    fn change<R>(
        &self,
        service: &str,
        change: impl FnOnce(&mut BTreeMap<String, Announced>) -> R,
    ) -> R {
        let mut services = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let service = services
            .entry(service.to_owned())
            .or_insert_with(|| Service {
                instances: BTreeMap::new(),
                publisher: Watch::channel(service).0,
            });
        let result = change(&mut service.instances);
        let announced = service.instances.values();
        let instances = announced.map(|one| one.instance.clone()).collect();
        service.publisher.publish(instances);
        result
    }
}

impl Registry for MemoryRegistry {
    fn location(&self) -> String {
        "memory:".to_owned()
    }

    fn watch(&self, service: &str) -> Watch {
        self.change(service, |_| ());
        let services = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        services[service].publisher.watch()
    }

    fn register(&self, instance: Instance) -> RegistryFuture<'_, Registration> {
        let (service, id) = (instance.service.clone(), instance.id.clone());
        let generation = self.change(&service, |instances| {
            let generation = instances.get(&id).map_or(0, |old| old.generation + 1);
            let announced = Announced {
                instance,
                generation,
            };
            instances.insert(id.clone(), announced);
            generation
        });
        let entry = MemoryEntry {
            registry: self.clone(),
            service,
            id,
            generation,
        };
        Box::pin(async move { Ok(Registration::new(entry)) })
    }
}

struct MemoryEntry {
    registry: MemoryRegistry,
    service: String,
    id: String,
    generation: u64,
}

impl Entry for MemoryEntry {
    fn withdraw(&mut self) -> RegistryFuture<'_, ()> {
        self.abandon();
        Box::pin(async { Ok(()) })
    }

    fn abandon(&mut self) {
        self.registry.change(&self.service, |instances| {
            let own = instances
                .get(&self.id)
                .is_some_and(|one| one.generation == self.generation);
            if own {
                instances.remove(&self.id);
            }
        });
    }
}
