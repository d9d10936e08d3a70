//! The inbound port's implementation.

use std::sync::Arc;

use contract::{{trait_name}};
use contract::{Item, ItemError, ItemId, NewItem};

use crate::ItemStore;

/// Keeps items, and never takes one id for two of them.
pub struct Items {
    store: Arc<dyn ItemStore>,
}

impl Items {
    /// Keeps its items in `store`.
    pub fn new(store: Arc<dyn ItemStore>) -> Self {
        Self { store }
    }
}

impl {{trait_name}} for Items {
    async fn item(&self, id: ItemId) -> Result<Item, ItemError> {
        let item = self.store.load(&id).await?;
        item.ok_or(ItemError::UnknownItem { id })
    }

    async fn keep(&self, id: ItemId, item: NewItem) -> Result<Item, ItemError> {
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
