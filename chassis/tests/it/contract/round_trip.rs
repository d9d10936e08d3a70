//! Values cross the wire format unchanged, from every place and in every kind of answer.

use chassis::CallError;
use chassis::contract::{Contract, Link};
use proptest::prelude::*;

use super::{Asked, Inventory, InventoryError, Order, Reservation, Sku, Stock, client, service};

#[tokio::test]
async fn a_path_parameter_and_a_json_answer() {
    let sku = Sku("a/b c%d?e&f+ü".to_owned());
    let stock = client().stock(sku.clone()).await.unwrap();
    assert_eq!(stock, Stock { sku, count: 7 });
}

#[tokio::test]
async fn query_and_header_parameters() {
    let some = |text: &str| Some(text.to_owned());
    let client = client();
    let answer = client.list(Some(3), Order::ByStock, some("x&y=z"), some("acme"));
    let asked = Asked {
        limit: Some(3),
        order: Order::ByStock,
        after: some("x&y=z"),
        tenant: some("acme"),
    };
    assert_eq!(answer.await.unwrap(), asked);
}

#[tokio::test]
async fn parameters_that_may_be_missing() {
    let answer = client()
        .list(None, Order::ByName, None, None)
        .await
        .unwrap();
    let (limit, order, after, tenant) = (None, Order::ByName, None, None);
    assert_eq!(
        answer,
        Asked {
            limit,
            order,
            after,
            tenant
        }
    );
}

#[tokio::test]
async fn a_body_and_a_created_answer() {
    let request = Reservation {
        sku: Sku("bolt".to_owned()),
        count: 2,
        notes: Vec::new(),
    };
    let created = client().reserve(request.clone(), true).await.unwrap();
    assert_eq!(created.location, "/v1/reservations/true");
    assert_eq!(created.value, request);
}

#[tokio::test]
async fn no_answer_and_bytes() {
    let sku = Sku("bolt".to_owned());
    client().set(sku.clone(), u64::MAX, 5).await.unwrap();
    assert_eq!(client().label(sku).await.unwrap(), "bolt");
}

#[tokio::test]
async fn an_unbound_client_says_so() {
    let client: std::sync::Arc<dyn Inventory> = Contract::connect(Link::unbound());
    let error = client.label(Sku("x".to_owned())).await.unwrap_err();
    assert!(matches!(
        error,
        InventoryError::Call(CallError::Unbound { service }) if service == "inventory"
    ));
}

#[tokio::test]
async fn a_value_that_cannot_stand_in_a_path_is_not_sent() {
    for text in ["", ".", "..", "a\0b"] {
        let error = client().label(Sku(text.to_owned())).await.unwrap_err();
        assert!(matches!(
            error,
            InventoryError::Call(CallError::Request { .. })
        ));
    }
}

/// Static calls, shared values and trait objects are all the same contract.
#[tokio::test]
async fn every_form_of_a_service_is_one() {
    async fn label(inventory: &impl Inventory) -> bytes::Bytes {
        inventory.label(Sku("x".to_owned())).await.unwrap()
    }
    assert_eq!(label(&super::Echo).await, "x");
    assert_eq!(label(&std::sync::Arc::new(super::Echo)).await, "x");
    assert_eq!(label(&service()).await, "x");
    assert_eq!(label(&client()).await, "x");
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(future)
}

proptest! {
    #[test]
    fn any_text_crosses_in_a_path(text in "[^\0]+") {
        prop_assume!(text != "." && text != "..");
        let label = run(client().label(Sku(text.clone()))).unwrap();
        prop_assert_eq!(label, text);
    }

    #[test]
    fn any_text_crosses_in_a_query(text in "[^\0]*") {
        let asked = run(client().list(None, Order::ByName, Some(text.clone()), None)).unwrap();
        prop_assert_eq!(asked.after, Some(text));
    }

    #[test]
    fn any_visible_text_crosses_in_a_header(text in "[ -~]*") {
        let asked = run(client().list(None, Order::ByName, None, Some(text.clone()))).unwrap();
        prop_assert_eq!(asked.tenant, Some(text));
    }
}
