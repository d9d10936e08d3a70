//! `static:`: instances that the configuration names, and nothing else.

use std::collections::HashMap;

use super::{Address, Instance, Registration, Registry, RegistryFuture, Watch};
use crate::{Error, Result};

/// A registry whose instances are written down:
/// `static:orders=10.0.0.7:8080,10.0.0.8:8080;payments=pay:8080`.
#[derive(Debug)]
pub struct StaticRegistry {
    services: HashMap<String, Watch>,
}

impl StaticRegistry {
    /// Reads `SERVICE=HOST:PORT,HOST:PORT;SERVICE=…`.
    ///
    /// # Errors
    ///
    /// Names the part that is not of this form.
    pub fn parse(text: &str) -> Result<Self> {
        let mut services = HashMap::new();
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let (service, addresses) = part.split_once('=').ok_or_else(|| {
                Error::configuration(format!(
                    "static registry: `{part}` is not SERVICE=HOST:PORT,HOST:PORT"
                ))
            })?;
            let service = service.trim();
            let instances = instances(service, addresses)?;
            services.insert(service.to_owned(), Watch::fixed(service, instances));
        }
        Ok(Self { services })
    }
}

/// Reads `HOST:PORT,HOST:PORT`: instances of `service` whose ids are their addresses.
///
/// # Errors
///
/// Names the address that is none; at least one is wanted.
pub(crate) fn instances(service: &str, addresses: &str) -> Result<Vec<Instance>> {
    let instance = |text: &str| {
        let address: Address = text.trim().parse().map_err(Error::configuration)?;
        Ok(Instance::new(service, address.to_string(), address))
    };
    let mut instances: Vec<Instance> = addresses.split(',').map(instance).collect::<Result<_>>()?;
    instances.sort_by(|a, b| a.id.cmp(&b.id));
    instances.dedup_by(|a, b| a.id == b.id);
    Ok(instances)
}

impl Registry for StaticRegistry {
    fn location(&self) -> String {
        "static:".to_owned()
    }

    fn watch(&self, service: &str) -> Watch {
        let known = self.services.get(service).cloned();
        known.unwrap_or_else(|| Watch::fixed(service, Vec::new()))
    }

    /// Does nothing: the instances are written down.
    fn register(&self, _instance: Instance) -> RegistryFuture<'_, Registration> {
        Box::pin(async { Ok(Registration::none()) })
    }
}
