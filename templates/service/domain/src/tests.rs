//! The rules, with a fake behind the port.

use std::sync::Arc;

use chassis::CallError;
use contract::{{trait_name}};
use contract::{Item, ItemError, ItemId, NewItem};

use crate::{ItemStoreFake, Items, StoreError};

// See Cargo.toml. With `--release` programs are optimized whole, so there it isn't taken.
#[cfg(all(debug_assertions, target_os = "linux", target_env = "gnu"))]
use chassis_shared as _;

fn kettle() -> Item {
    Item {
        id: ItemId("7".to_owned()),
        name: "kettle".to_owned(),
        quantity: 2,
    }
}

/// The rules, with this store behind them.
fn items(store: ItemStoreFake) -> Items {
    Items::new(Arc::new(store))
}

/// Asks to keep a kettle where `stands` is what the store has in the end.
async fn keep(stands: Item) -> Result<Item, ItemError> {
    let store = ItemStoreFake::new().on_insert(move |_| Ok(stands.clone()));
    let Item { id, name, quantity } = kettle();
    items(store).keep(id, NewItem { name, quantity }).await
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
    let store = ItemStoreFake::new().on_load(|_| Ok(None));
    let error = items(store).item(kettle().id).await.unwrap_err();
    assert!(matches!(error, ItemError::UnknownItem { id } if id == kettle().id));
}

#[tokio::test]
async fn a_broken_store_is_a_failed_call() {
    let store = ItemStoreFake::new().on_load(|_| Err(StoreError::Failed("disk full".into())));
    let error = items(store).item(kettle().id).await.unwrap_err();
    assert!(matches!(error, ItemError::Call(CallError::Failed { .. })));
}
