//! The counter's rules, with fakes behind its port and around it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chassis::{CallError, Streaming};
use inventory_contract::{
    Inventory, InventoryError, Reservation, ReservationId, ReservationRequest, Sku, Stock,
};
use orders_contract::{NewOrder, Order, OrderError, OrderId, OrderState, Orders};
use orders_domain::{Counter, OrderStoreFake};
use payments_contract::{Charge, Payment, PaymentError, PaymentId, Payments};

/// A warehouse with ten of everything, which remembers whether it was asked to release.
#[derive(Default)]
struct Shelf {
    released: AtomicBool,
}

impl Inventory for Shelf {
    async fn changes(&self, _: Sku) -> Result<Streaming<Stock, InventoryError>, InventoryError> {
        Ok(Streaming::of(None::<Stock>))
    }

    async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError> {
        Ok(Stock {
            sku,
            free: 10,
            price_cents: 100,
        })
    }

    async fn reserve(
        &self,
        id: ReservationId,
        request: ReservationRequest,
    ) -> Result<Reservation, InventoryError> {
        let ReservationRequest { sku, quantity } = request;
        if quantity > 10 {
            return Err(InventoryError::OutOfStock { sku, free: 10 });
        }
        Ok(Reservation {
            id,
            sku,
            quantity,
            price_cents: 100,
        })
    }

    async fn release(&self, _: ReservationId) -> Result<(), InventoryError> {
        self.released.store(true, Ordering::Relaxed);
        Ok(())
    }
}

/// A cashier who takes less than 500 cents, refuses more, and of 500 never says what came of it.
struct Purse;

impl Payments for Purse {
    async fn payment(&self, id: PaymentId) -> Result<Payment, PaymentError> {
        Err(PaymentError::UnknownPayment { id })
    }

    async fn charge(&self, id: PaymentId, charge: Charge) -> Result<Payment, PaymentError> {
        let Charge {
            customer,
            amount_cents,
        } = charge;
        if amount_cents == 500 {
            return Err(PaymentError::Call(CallError::Timeout {
                service: "payments".to_owned(),
                limit: Duration::from_secs(10),
            }));
        }
        if amount_cents > 500 {
            return Err(PaymentError::Declined {
                amount_cents,
                reason: "limit".into(),
            });
        }
        Ok(Payment {
            id,
            customer,
            amount_cents,
        })
    }
}

fn new_order(quantity: u32) -> NewOrder {
    NewOrder {
        customer: "ada".into(),
        sku: "kettle".into(),
        quantity,
    }
}

/// Places an order and checks how it was settled.
async fn place(quantity: u32, settled: OrderState) -> (Result<Order, OrderError>, bool) {
    let shelf = Arc::new(Shelf::default());
    let store = OrderStoreFake::new()
        .on_create(|_| Ok(OrderId(7)))
        .on_settle(move |_, state| {
            assert_eq!(state, settled);
            Ok(())
        });
    let counter = Counter::new(
        Arc::new(store),
        Arc::new(Arc::clone(&shelf)),
        Arc::new(Purse),
    );
    let placed = counter.place(new_order(quantity)).await;
    (
        placed.map(|created| created.value),
        shelf.released.load(Ordering::Relaxed),
    )
}

#[tokio::test]
async fn an_order_is_reserved_paid_and_confirmed() {
    let (order, released) = place(2, OrderState::Confirmed).await;
    assert_eq!(order.unwrap().state, OrderState::Confirmed);
    assert!(!released);
}

#[tokio::test]
async fn without_stock_it_is_rejected() {
    let (order, _) = place(11, OrderState::Rejected).await;
    assert!(matches!(
        order.unwrap_err(),
        OrderError::OutOfStock { free: 10, .. }
    ));
}

#[tokio::test]
async fn a_declined_payment_puts_the_stock_back() {
    let (order, released) = place(6, OrderState::Rejected).await;
    assert!(matches!(
        order.unwrap_err(),
        OrderError::PaymentDeclined { .. }
    ));
    assert!(released);
}

#[tokio::test]
async fn a_payment_that_nobody_knows_of_leaves_the_order_pending_and_its_stock_reserved() {
    let shelf = Arc::new(Shelf::default());
    // Nothing is settled: the fake has no answer for that.
    let store = OrderStoreFake::new().on_create(|_| Ok(OrderId(7)));
    let counter = Counter::new(
        Arc::new(store),
        Arc::new(Arc::clone(&shelf)),
        Arc::new(Purse),
    );
    let error = counter.place(new_order(5)).await.unwrap_err();
    assert!(
        matches!(error, OrderError::Call(CallError::Timeout { .. })),
        "{error:?}"
    );
    assert!(!shelf.released.load(Ordering::Relaxed));
}

#[tokio::test]
async fn pages_end() {
    let all = |after: Option<OrderId>, limit: u32| -> Vec<Order> {
        let NewOrder {
            customer,
            sku,
            quantity,
        } = new_order(1);
        let order = |id| Order {
            id: OrderId(id),
            customer: customer.clone(),
            sku: sku.clone(),
            quantity,
            state: OrderState::Confirmed,
        };
        (after.map_or(1, |id| id.0 + 1)..=5)
            .take(limit as usize)
            .map(order)
            .collect()
    };
    let store = OrderStoreFake::new().on_page(move |after, limit| Ok(all(after, limit)));
    let counter = Counter::new(Arc::new(store), Arc::new(Shelf::default()), Arc::new(Purse));

    let mut after = None;
    let mut seen = Vec::new();
    loop {
        let page = counter.orders(Some(2), after).await.unwrap();
        seen.extend(page.orders.iter().map(|order| order.id.0));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
}
