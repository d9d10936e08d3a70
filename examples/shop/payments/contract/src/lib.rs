//! What the cashier offers: charging a card once.

use chassis::{CallError, Problem, service};
use garde::Validate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The cashier.
#[service(version = "1")]
pub trait Payments {
    // ANCHOR: cache
    /// One payment. It never changes, so whoever asked knows it for a while.
    #[get("/payments/{id}", cache = "30s")]
    async fn payment(&self, id: PaymentId) -> Result<Payment, PaymentError>;
    // ANCHOR_END: cache

    /// Charges a card under an id that the caller chose. Said twice, it charges once.
    #[put("/payments/{id}")]
    async fn charge(&self, id: PaymentId, charge: Charge) -> Result<Payment, PaymentError>;
}

/// The id of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct PaymentId(pub String);

/// What to charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Validate)]
pub struct Charge {
    /// Who pays.
    #[garde(length(min = 1, max = 80))]
    pub customer: String,
    /// How much, in cents.
    #[garde(range(min = 1))]
    pub amount_cents: u64,
}

/// A charge that went through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// Who paid.
    pub customer: String,
    /// How much, in cents.
    pub amount_cents: u64,
}

/// Why the cashier cannot do what was asked.
#[derive(Debug, thiserror::Error, Problem)]
#[non_exhaustive]
pub enum PaymentError {
    /// There is no such payment.
    #[error("payment {id} is unknown", id = id.0)]
    #[problem(status = 404)]
    UnknownPayment {
        /// The id that was asked for.
        id: PaymentId,
    },
    /// The card network said no.
    #[error("the charge of {amount_cents} cents was declined: {reason}")]
    #[problem(status = 402)]
    Declined {
        /// What was to be charged, in cents.
        amount_cents: u64,
        /// What the card network said.
        reason: String,
    },
    /// The id is taken by a payment of something else.
    #[error("payment {id} exists already, for something else", id = id.0)]
    #[problem(status = 422)]
    PaymentDiffers {
        /// The id that was given.
        id: PaymentId,
    },
    /// The call itself failed.
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}
