//! What {{service_name}} offers: the contract that its callers depend on.

use chassis::{CallError, Problem, service};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Keeps items.
#[service(version = "1")]
pub trait {{trait_name}} {
    /// One item.
    #[get("/items/{id}")]
    async fn item(&self, id: ItemId) -> Result<Item, ItemError>;

    /// Writes an item down under an id that the caller chose. Said twice, it is written once.
    #[put("/items/{id}")]
    async fn keep(&self, id: ItemId, item: NewItem) -> Result<Item, ItemError>;
}

/// The id of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ItemId(pub String);

/// What to write down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct NewItem {
    /// What it is called.
    #[garde(length(min = 1, max = 80))]
    pub name: String,
    /// How many pieces.
    #[garde(range(min = 1, max = 1_000))]
    pub quantity: u32,
}

/// An item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    /// Its id.
    pub id: ItemId,
    /// What it is called.
    pub name: String,
    /// How many pieces.
    pub quantity: u32,
}

/// Why it cannot be done.
#[derive(Debug, thiserror::Error, Problem)]
#[non_exhaustive]
pub enum ItemError {
    /// There is no such item.
    #[error("item {id} is unknown", id = id.0)]
    #[problem(status = 404)]
    UnknownItem {
        /// The id that was asked for.
        id: ItemId,
    },
    /// The id is taken by another item.
    #[error("item {id} exists already, and is another one", id = id.0)]
    #[problem(status = 409)]
    IdTaken {
        /// The id that was given.
        id: ItemId,
    },
    /// The call itself failed.
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}
