//! What the twin offers: the types that it shares with its callers.

use garde::Validate;
use serde::{Deserialize, Serialize};

/// The id of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ItemId(pub String);

/// What to write down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate)]
pub struct NewItem {
    /// What it is called.
    #[garde(length(min = 1, max = 80))]
    pub name: String,
    /// How many pieces.
    #[garde(range(min = 1, max = 1_000))]
    pub quantity: u32,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// How many pieces.
    pub quantity: u32,
}

/// Why it cannot be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// There is no such item.
    #[error("item {id} is unknown", id = id.0)]
    UnknownItem {
        /// The id that was asked for.
        id: ItemId,
    },
    /// The id is taken by another item.
    #[error("item {id} exists already, and is another one", id = id.0)]
    IdTaken {
        /// The id that was given.
        id: ItemId,
    },
    /// The call itself failed.
    #[error("the call failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
