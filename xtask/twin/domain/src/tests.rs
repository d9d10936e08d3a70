//! The rules, with a fake store.

use std::sync::Arc;

use twin_contract::{Item, ItemError, ItemId, NewItem};

use crate::{ItemStore, Items, StoreError};

/// Answers every call with what it holds.
enum Fake {
    Has(Option<Item>),
    Broken,
}

impl Fake {
    fn answer(&self) -> Result<Option<Item>, StoreError> {
        match self {
            Self::Has(item) => Ok(item.clone()),
            Self::Broken => Err(StoreError("disk full".into())),
        }
    }
}

impl ItemStore for Fake {
    async fn load(&self, _: &ItemId) -> Result<Option<Item>, StoreError> {
        self.answer()
    }

    async fn insert(&self, item: &Item) -> Result<Item, StoreError> {
        Ok(self.answer()?.unwrap_or_else(|| item.clone()))
    }

    async fn count(&self) -> Result<u32, StoreError> {
        Ok(self.answer()?.is_some().into())
    }
}

fn kettle() -> Item {
    Item {
        id: ItemId("7".to_owned()),
        name: "kettle".to_owned(),
        quantity: 2,
    }
}

async fn keep(stands: Item) -> Result<Item, ItemError> {
    let Item { id, name, quantity } = kettle();
    let items = Items::new(Arc::new(Fake::Has(Some(stands))));
    items.keep(id, NewItem { name, quantity }).await
}

#[tokio::test]
async fn an_item_is_kept_as_it_was_sent() {
    assert_eq!(keep(kettle()).await.unwrap(), kettle());
}

#[tokio::test]
async fn an_id_is_never_taken_for_another_item() {
    let other = Item {
        quantity: 3,
        ..kettle()
    };
    let error = keep(other).await.unwrap_err();
    assert!(matches!(error, ItemError::IdTaken { id } if id == kettle().id));
}

#[tokio::test]
async fn an_item_that_nobody_kept_is_unknown() {
    let items = Items::new(Arc::new(Fake::Has(None)));
    let error = items.item(kettle().id).await.unwrap_err();
    assert!(matches!(error, ItemError::UnknownItem { id } if id == kettle().id));
}

#[tokio::test]
async fn a_broken_store_is_a_failed_call() {
    let items = Items::new(Arc::new(Fake::Broken));
    let error = items.item(kettle().id).await.unwrap_err();
    assert!(matches!(error, ItemError::Failed(_)));
}
