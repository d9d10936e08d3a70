//! The contract of the counted programs: the same order as the baselines answer, and beside it two
//! methods by which a service proves its deadline and its panic before it is counted.

use std::time::Duration;

use chassis::{CallError, Problem, service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// 52 bytes of JSON.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// The number that was asked for.
    pub id: u64,
    /// What was ordered.
    pub sku: String,
    /// How many.
    pub quantity: u32,
    /// How far it is.
    pub state: State,
}

/// How far an order is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum State {
    /// It has arrived.
    Placed,
}

impl Order {
    /// The order with this number.
    pub fn placed(id: u64) -> Self {
        Self {
            id,
            sku: "A-10".to_owned(),
            quantity: 3,
            state: State::Placed,
        }
    }
}

/// Orders by number.
#[service(version = "1")]
pub trait Orders {
    /// One order.
    #[get("/orders/{id}")]
    async fn order(&self, id: u64) -> Result<Order, CallError>;

    /// Never answers.
    #[get("/slow")]
    async fn slow(&self) -> Result<Order, CallError>;

    /// Panics.
    #[get("/panic")]
    async fn panic(&self) -> Result<Order, CallError>;
}

/// How many calls the work of [`Slots`] takes at a time.
pub const SLOTS: usize = 20;

/// How long each takes.
pub const SLOT_TIME: Duration = Duration::from_millis(20);

/// Work that is limited by slots, not by the machine.
#[service(version = "1")]
pub trait Slots {
    /// Waits for a slot, and holds it for its time.
    #[get("/work")]
    async fn work(&self) -> Result<String, CallError>;
}

/// What a tier answers when it cannot do what it is asked: its own words, as most services have them.
#[derive(Debug, thiserror::Error, Problem)]
#[non_exhaustive]
pub enum TierError {
    /// What it needs is away.
    #[error("it cannot be done now")]
    #[problem(status = 503)]
    Away,
    /// The call itself failed.
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

/// A tier that passes calls on.
#[service(version = "1")]
pub trait Tier {
    /// What the next one answers.
    #[get("/pass")]
    async fn pass(&self) -> Result<String, TierError>;
}
