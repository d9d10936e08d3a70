//! The outbound port: where orders are kept.

use chassis::port::Fault;
use chassis::{CallError, port};
use orders_contract::{NewOrder, Order, OrderError, OrderId, OrderState};

/// Where orders are kept.
#[port]
pub trait OrderStore {
    /// Writes a new order down as pending, and numbers it. For a call with an idempotency key that
    /// was here before, it gives the number of then: so an order that its process left half done is
    /// taken up again, not done twice.
    async fn create(&self, order: &NewOrder) -> Result<OrderId, StoreError>;

    /// Says how a pending order ended.
    #[idempotent]
    async fn settle(&self, id: OrderId, state: OrderState) -> Result<(), StoreError>;

    /// One order.
    #[idempotent]
    async fn load(&self, id: OrderId) -> Result<Option<Order>, StoreError>;

    /// At most `limit` orders after `after`, oldest first.
    #[idempotent]
    async fn page(&self, after: Option<OrderId>, limit: u32) -> Result<Vec<Order>, StoreError>;
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The call itself failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The system behind the port failed.
    #[error("the order store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Every value says that the store failed: it counts for the breaker, and what may be repeated is.
impl Fault for StoreError {}

impl From<StoreError> for OrderError {
    fn from(error: StoreError) -> Self {
        Self::Call(match error {
            StoreError::Call(call) => call,
            StoreError::Failed(source) => CallError::Failed {
                service: "order-store".to_owned(),
                source,
            },
        })
    }
}
