//! The rules.

use std::sync::Arc;

use twin_contract::{Item, ItemError, ItemId, NewItem};

use crate::ItemStore;

/// Keeps items, and never takes one id for two of them.
pub struct Items<S> {
    store: Arc<S>,
}

impl<S: ItemStore> Items<S> {
    /// Keeps its items in `store`.
    pub fn new(store: Arc<S>) -> Self {
        Self { store }
    }

    /// One item.
    ///
    /// # Errors
    ///
    /// There is none of this id, or the store failed.
    pub async fn item(&self, id: ItemId) -> Result<Item, ItemError> {
        let item = self.store.load(&id).await?;
        item.ok_or(ItemError::UnknownItem { id })
    }

    /// Writes an item down. Said twice, it is written once.
    ///
    /// # Errors
    ///
    /// The id is taken by another item, or the store failed.
    pub async fn keep(&self, id: ItemId, item: NewItem) -> Result<Item, ItemError> {
        let NewItem { name, quantity } = item;
        let item = Item { id, name, quantity };
        let kept = self.store.insert(&item).await?;
        if kept == item {
            Ok(kept)
        } else {
            Err(ItemError::IdTaken { id: item.id })
        }
    }
}
