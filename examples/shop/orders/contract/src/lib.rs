//! What the shop's counter offers: placing orders and looking at them.

use chassis::{CallError, Created, Problem, service};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The counter.
#[service(version = "1")]
pub trait Orders {
    // ANCHOR: place
    /// Places an order: reserves the stock, charges the customer. Sent twice with the same
    /// `Idempotency-Key`, it is one order.
    #[post("/orders", idempotent)]
    async fn place(&self, order: NewOrder) -> Result<Created<Order>, OrderError>;
    // ANCHOR_END: place

    /// One order.
    #[get("/orders/{id}")]
    async fn order(&self, id: OrderId) -> Result<Order, OrderError>;

    /// The orders after `after`, oldest first; at most `limit` of them (20 unless said, 100 at
    /// most).
    #[get("/orders")]
    async fn orders(
        &self,
        limit: Option<u32>,
        after: Option<OrderId>,
    ) -> Result<OrderPage, OrderError>;
}

/// The number of an order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct OrderId(pub i64);

/// What a customer wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct NewOrder {
    /// Who orders, and pays.
    #[garde(length(min = 1, max = 80))]
    pub customer: String,
    /// The item.
    #[garde(length(min = 1, max = 40))]
    pub sku: String,
    /// How many pieces.
    #[garde(range(min = 1, max = 1_000))]
    pub quantity: u32,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    /// Who ordered.
    pub customer: String,
    /// The item.
    pub sku: String,
    /// How many pieces.
    pub quantity: u32,
    /// How far it is.
    pub state: OrderState,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrderState {
    /// Written down; stock and payment are being seen to.
    Pending,
    /// Reserved and paid.
    Confirmed,
    /// Refused by the warehouse or the cashier.
    Rejected,
}

/// Some orders, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrderPage {
    /// The orders of this page.
    pub orders: Vec<Order>,
    /// Pass it as `after` to get the next page; none at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<OrderId>,
}

/// Why the counter cannot do what was asked.
#[derive(Debug, thiserror::Error, Problem)]
#[non_exhaustive]
pub enum OrderError {
    /// There is no such order.
    #[error("order {id} is unknown", id = id.0)]
    #[problem(status = 404)]
    UnknownOrder {
        /// The number that was asked for.
        id: OrderId,
    },
    /// The shop does not sell this item.
    #[error("the shop has no item {sku}")]
    #[problem(status = 422)]
    UnknownItem {
        /// The item that was ordered.
        sku: String,
    },
    /// Fewer pieces are left than were ordered.
    #[error("only {free} of {sku} are left")]
    #[problem(status = 409)]
    OutOfStock {
        /// The item that was ordered.
        sku: String,
        /// How many are left.
        free: u32,
    },
    /// The customer's payment was declined.
    #[error("the payment was declined: {reason}")]
    #[problem(status = 402)]
    PaymentDeclined {
        /// What the cashier said.
        reason: String,
    },
    /// The call itself failed.
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}
