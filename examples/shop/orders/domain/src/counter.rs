//! The inbound port's implementation.
//!
//! An order is written down before the others are asked, so that its number can name the
//! reservation and the payment: both services do the same id once, whatever is repeated. The store
//! numbers one call once, by its idempotency key.
//!
//! A call that failed without an answer may have had its effect: a payment that timed out may have been
//! taken. So nothing is undone then, and the order stays pending. The customer's next try, with the
//! same key, takes it up where it stood. An order that nobody asks for again stays pending, with its
//! reservation: that needs somebody who looks after it, a saga.

use std::sync::Arc;

use chassis::Created;
use inventory_contract::{
    Inventory, InventoryError, Reservation, ReservationId, ReservationRequest, Sku,
};
use orders_contract::{NewOrder, Order, OrderError, OrderId, OrderPage, OrderState, Orders};
use payments_contract::{Charge, PaymentError, PaymentId, Payments};

use crate::OrderStore;

const PAGE: u32 = 20;
const LARGEST_PAGE: u32 = 100;

/// The counter.
pub struct Counter {
    store: Arc<dyn OrderStore>,
    inventory: Arc<dyn Inventory>,
    payments: Arc<dyn Payments>,
}

impl Counter {
    /// A counter that keeps its orders in `store` and asks the two services.
    pub fn new(
        store: Arc<dyn OrderStore>,
        inventory: Arc<dyn Inventory>,
        payments: Arc<dyn Payments>,
    ) -> Self {
        Self {
            store,
            inventory,
            payments,
        }
    }

    /// Reserves and charges. What was reserved is released when the charge is refused.
    async fn fulfil(&self, id: OrderId, order: &NewOrder) -> Result<(), OrderError> {
        let reservation = self.reserve(id, order).await?;
        let charged = self.charge(id, order, &reservation).await;
        if charged.as_ref().is_err_and(is_final) {
            self.inventory
                .release(reservation.id)
                .await
                .map_err(inventory_error)?;
        }
        charged
    }

    async fn reserve(&self, id: OrderId, order: &NewOrder) -> Result<Reservation, OrderError> {
        let request = ReservationRequest {
            sku: Sku(order.sku.clone()),
            quantity: order.quantity,
        };
        let reserved = self
            .inventory
            .reserve(ReservationId(number(id)), request)
            .await;
        reserved.map_err(inventory_error)
    }

    async fn charge(
        &self,
        id: OrderId,
        order: &NewOrder,
        reservation: &Reservation,
    ) -> Result<(), OrderError> {
        let amount_cents = reservation.price_cents * u64::from(reservation.quantity);
        let charge = Charge {
            customer: order.customer.clone(),
            amount_cents,
        };
        let charged = self.payments.charge(PaymentId(number(id)), charge).await;
        charged.map(drop).map_err(payment_error)
    }
}

impl Orders for Counter {
    async fn place(&self, order: NewOrder) -> Result<Created<Order>, OrderError> {
        let id = self.store.create(&order).await?;
        let fulfilled = self.fulfil(id, &order).await;
        let state = match &fulfilled {
            Ok(()) => OrderState::Confirmed,
            Err(error) if is_final(error) => OrderState::Rejected,
            Err(_) => OrderState::Pending,
        };
        if state != OrderState::Pending {
            self.store.settle(id, state).await?;
        }
        fulfilled?;
        let NewOrder {
            customer,
            sku,
            quantity,
        } = order;
        let order = Order {
            id,
            customer,
            sku,
            quantity,
            state,
        };
        Ok(Created {
            location: format!("/v1/orders/{}", id.0),
            value: order,
        })
    }

    async fn order(&self, id: OrderId) -> Result<Order, OrderError> {
        let order = self.store.load(id).await?;
        order.ok_or(OrderError::UnknownOrder { id })
    }

    async fn orders(
        &self,
        limit: Option<u32>,
        after: Option<OrderId>,
    ) -> Result<OrderPage, OrderError> {
        let limit = limit.unwrap_or(PAGE).clamp(1, LARGEST_PAGE);
        // One more than asked for tells whether there is a next page.
        let mut orders = self.store.page(after, limit + 1).await?;
        let more = orders.len() > limit as usize;
        orders.truncate(limit as usize);
        let next = if more {
            orders.last().map(|order| order.id)
        } else {
            None
        };
        Ok(OrderPage { orders, next })
    }
}

/// Whether it is known what came of it: somebody answered.
fn is_final(error: &OrderError) -> bool {
    !matches!(error, OrderError::Call(_))
}

/// The id that reservation and payment of an order bear.
fn number(id: OrderId) -> String {
    format!("order-{}", id.0)
}

fn inventory_error(error: InventoryError) -> OrderError {
    match error {
        InventoryError::UnknownItem { sku } => OrderError::UnknownItem { sku: sku.0 },
        InventoryError::OutOfStock { sku, free } => OrderError::OutOfStock { sku: sku.0, free },
        InventoryError::Call(call) => call.into(),
        other => unexpected("inventory", other),
    }
}

fn payment_error(error: PaymentError) -> OrderError {
    match error {
        PaymentError::Declined { reason, .. } => OrderError::PaymentDeclined { reason },
        PaymentError::Call(call) => call.into(),
        other => unexpected("payments", other),
    }
}

/// An answer that a correct counter never gets.
fn unexpected(service: &str, error: impl std::error::Error + Send + Sync + 'static) -> OrderError {
    OrderError::Call(chassis::CallError::Failed {
        service: service.to_owned(),
        source: error.into(),
    })
}
