//! Where items are kept.

use std::future::Future;

use twin_contract::{Item, ItemError, ItemId};

/// Where items are kept.
pub trait ItemStore: Send + Sync + 'static {
    /// The item of this id.
    fn load(&self, id: &ItemId) -> impl Future<Output = Result<Option<Item>, StoreError>> + Send;

    /// Writes an item down, unless its id is taken; gives the one that stands.
    fn insert(&self, item: &Item) -> impl Future<Output = Result<Item, StoreError>> + Send;

    /// How many items there are.
    fn count(&self) -> impl Future<Output = Result<u32, StoreError>> + Send;
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
#[error("the item store failed")]
pub struct StoreError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

impl From<StoreError> for ItemError {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}
