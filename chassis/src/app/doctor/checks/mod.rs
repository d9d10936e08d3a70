//! What is looked at, one file a check, in the order in which it is reported.

mod cardinality;
mod clock;
pub(super) mod collector;
mod configuration;
mod dependencies;
mod disk;
mod dns;
mod files;
mod ports;
mod probe;
mod resources;
mod secrets;
mod stop;
mod versions;

// The SQL store, opened for reading.
#[cfg(feature = "sqlite")]
mod store;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use super::finding::Finding;
use super::patient::Patient;

/// What a check gives in the end.
pub(super) type Looking = Pin<Box<dyn Future<Output = Vec<Finding>> + Send>>;

/// One check.
pub(super) struct Check {
    /// As it is reported.
    pub(super) name: &'static str,
    pub(super) look: fn(Arc<Patient>) -> Looking,
}

/// All checks.
pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "configuration",
        look: |patient| Box::pin(async move { configuration::look(&patient) }),
    },
    Check {
        name: "versions",
        look: |patient| Box::pin(async move { versions::look(&patient) }),
    },
    Check {
        name: "ports",
        look: |patient| Box::pin(async move { ports::look(&patient).await }),
    },
    Check {
        name: "probe",
        look: |patient| Box::pin(async move { probe::look(&patient).await }),
    },
    Check {
        name: "clock",
        look: |patient| Box::pin(async move { clock::look(&patient).await }),
    },
    Check {
        name: "files",
        look: |patient| Box::pin(async move { files::look(&patient) }),
    },
    Check {
        name: "dns",
        look: |patient| Box::pin(async move { dns::look(&patient).await }),
    },
    Check {
        name: "dependencies",
        look: |patient| Box::pin(async move { dependencies::look(&patient).await }),
    },
    #[cfg(feature = "sqlite")]
    Check {
        name: "store",
        look: |patient| Box::pin(async move { store::look(&patient).await }),
    },
    Check {
        name: "collector",
        look: |patient| Box::pin(async move { collector::look(&patient).await }),
    },
    Check {
        name: "disk",
        look: |patient| Box::pin(async move { disk::look(&patient) }),
    },
    Check {
        name: "secrets",
        look: |patient| Box::pin(async move { secrets::look(&patient) }),
    },
    Check {
        name: "resources",
        look: |patient| Box::pin(async move { resources::look(&patient) }),
    },
    Check {
        name: "stop",
        look: |patient| Box::pin(async move { stop::look(&patient) }),
    },
    Check {
        name: "cardinality",
        look: |patient| Box::pin(async move { cardinality::look(&patient) }),
    },
];
