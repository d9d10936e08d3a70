//! The warehouse's rules, with a fake behind its port.

use std::sync::Arc;

use chassis::{CallError, Streaming};
use inventory_contract::{
    Inventory, InventoryError, Reservation, ReservationId, ReservationRequest, Sku, Stock,
};
use inventory_domain::{Reserved, StockStoreFake, StoreError, Warehouse};

fn kettle() -> Sku {
    Sku("kettle".into())
}

fn request(quantity: u32) -> ReservationRequest {
    ReservationRequest {
        sku: kettle(),
        quantity,
    }
}

fn made(quantity: u32) -> Reservation {
    let id = ReservationId("7".into());
    Reservation {
        id,
        sku: kettle(),
        quantity,
        price_cents: 2_490,
    }
}

async fn reserve(outcome: Reserved) -> Result<Reservation, InventoryError> {
    let store = StockStoreFake::new().on_reserve(move |_, _, _| Ok(outcome.clone()));
    Warehouse::new(Arc::new(store))
        .reserve(ReservationId("7".into()), request(2))
        .await
}

#[tokio::test]
async fn an_item_that_is_not_kept_is_unknown() {
    let store = StockStoreFake::new().on_load(|_| Ok(None));
    let error = Warehouse::new(Arc::new(store))
        .stock(kettle())
        .await
        .unwrap_err();
    assert!(matches!(error, InventoryError::UnknownItem { sku } if sku == kettle()));
}

#[tokio::test]
async fn the_same_reservation_twice_is_one() {
    assert_eq!(reserve(Reserved::Done(made(2))).await.unwrap(), made(2));
}

#[tokio::test]
async fn an_id_is_not_reused_for_something_else() {
    let error = reserve(Reserved::Done(made(3))).await.unwrap_err();
    assert!(matches!(error, InventoryError::ReservationDiffers { .. }));
}

#[tokio::test]
async fn too_little_stock_says_how_much_is_left() {
    let error = reserve(Reserved::OutOfStock(1)).await.unwrap_err();
    assert!(matches!(error, InventoryError::OutOfStock { free: 1, .. }));
}

#[tokio::test]
async fn a_broken_store_is_a_failed_call() {
    let store = StockStoreFake::new().on_load(|_| Err(StoreError::Failed("disk full".into())));
    let error = Warehouse::new(Arc::new(store))
        .stock(kettle())
        .await
        .unwrap_err();
    assert!(matches!(
        error,
        InventoryError::Call(CallError::Failed { .. })
    ));
}

fn stock(free: u32) -> Stock {
    Stock {
        sku: kettle(),
        free,
        price_cents: 2_490,
    }
}

#[tokio::test]
async fn changes_are_those_of_the_store_until_it_fails() {
    let store = StockStoreFake::new()
        .on_load(|_| Ok(Some(stock(5))))
        .on_changes(|_| {
            let lost = CallError::Panic {
                service: "stock-store".into(),
            };
            let items = [Ok(stock(5)), Err(StoreError::Call(lost))].into_iter();
            Ok(Streaming::unfold(items, async |mut items| {
                Some((items.next()?, items))
            }))
        });
    let warehouse = Warehouse::new(Arc::new(store));
    let mut changes = warehouse.changes(kettle()).await.unwrap();
    assert_eq!(changes.next().await.unwrap().unwrap(), stock(5));
    let error = changes.next().await.unwrap().unwrap_err();
    assert!(matches!(
        error,
        InventoryError::Call(CallError::Panic { .. })
    ));
    assert!(changes.next().await.is_none());
}

#[tokio::test]
async fn what_is_not_kept_cannot_be_watched() {
    let store = StockStoreFake::new().on_load(|_| Ok(None));
    let watched = Warehouse::new(Arc::new(store)).changes(kettle()).await;
    assert!(matches!(watched, Err(InventoryError::UnknownItem { .. })));
}
