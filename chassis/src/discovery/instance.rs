//! [`Instance`]: one running copy of a service; [`Snapshot`]: all of them at one moment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Address;

/// One running copy of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Instance {
    /// The service's name: `warehouse`.
    pub service: String,
    /// Tells this copy from the others of its service.
    pub id: String,
    /// Where it listens.
    pub address: Address,
    /// Its share of the calls beside the others'; 0 takes it out of the round. Default 1.
    #[serde(default = "one")]
    pub weight: u32,
    /// Where it runs, for callers that prefer their own zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// Anything else: its version, its contracts (`contract.inventory` = `1`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
}

fn one() -> u32 {
    1
}

impl Instance {
    /// An instance of weight 1, without zone and metadata.
    pub fn new(service: impl Into<String>, id: impl Into<String>, address: Address) -> Self {
        Self {
            service: service.into(),
            id: id.into(),
            address,
            weight: 1,
            zone: None,
            metadata: BTreeMap::new(),
        }
    }

    /// Gives it another weight.
    #[must_use]
    pub fn with_weight(mut self, weight: u32) -> Self {
        self.weight = weight;
        self
    }

    /// Says where it runs.
    #[must_use]
    pub fn with_zone(mut self, zone: impl Into<String>) -> Self {
        self.zone = Some(zone.into());
        self
    }

    /// Adds one entry of metadata.
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.metadata.insert(key.into(), value.into());
        self
    }

    /// Says that it serves version `version` of a contract.
    #[must_use]
    pub fn with_contract(self, contract: &str, version: &str) -> Self {
        self.with_metadata(format!("contract.{contract}"), version)
    }
}

/// Whether every registry can hold a service of this name.
pub(crate) fn is_service_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    !text.is_empty() && !text.starts_with('.') && text.bytes().all(allowed)
}

/// The instances of one service at one moment, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The instances.
    pub instances: Vec<Instance>,
}
