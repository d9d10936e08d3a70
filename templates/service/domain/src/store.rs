//! The outbound port: where items are kept.

use chassis::port::Fault;
use chassis::{CallError, port};
use contract::{Item, ItemError, ItemId};

/// Where items are kept.
#[port]
pub trait ItemStore {
    /// The item of this id.
    #[idempotent]
    async fn load(&self, id: &ItemId) -> Result<Option<Item>, StoreError>;

    /// Writes an item down, unless its id is taken; gives the one that stands.
    #[idempotent]
    async fn insert(&self, item: &Item) -> Result<Item, StoreError>;

    /// How many items there are.
    #[idempotent]
    async fn count(&self) -> Result<u32, StoreError>;
}

/// Why the store did not answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The call itself failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The system behind the port failed.
    #[error("the item store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Every value says that the store failed: it counts for the breaker, and what may be repeated is.
impl Fault for StoreError {}

impl From<StoreError> for ItemError {
    fn from(error: StoreError) -> Self {
        Self::Call(match error {
            StoreError::Call(call) => call,
            StoreError::Failed(source) => CallError::Failed {
                service: "item-store".to_owned(),
                source,
            },
        })
    }
}
