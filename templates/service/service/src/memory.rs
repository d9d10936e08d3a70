//! The item store in memory: it ends with the process.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use contract::{Item, ItemId};
use domain::{ItemStore, StoreError};

/// Items by their ids.
#[derive(Default)]
pub(crate) struct MemoryItems {
    items: Mutex<BTreeMap<ItemId, Item>>,
}

impl MemoryItems {
    fn items(&self) -> MutexGuard<'_, BTreeMap<ItemId, Item>> {
        // No call leaves the map half changed, so a panic elsewhere spoils nothing.
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ItemStore for MemoryItems {
    async fn load(&self, id: &ItemId) -> Result<Option<Item>, StoreError> {
        Ok(self.items().get(id).cloned())
    }

    async fn insert(&self, item: &Item) -> Result<Item, StoreError> {
        let mut items = self.items();
        let kept = items.entry(item.id.clone()).or_insert_with(|| item.clone());
        Ok(kept.clone())
    }

    async fn count(&self) -> Result<u32, StoreError> {
        Ok(u32::try_from(self.items().len()).unwrap_or(u32::MAX))
    }
}
