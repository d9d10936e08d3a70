//! The outbound ports: the card network, and the ledger of what was paid.

use chassis::port::Fault;
use chassis::{CallError, port};
use payments_contract::{Charge, Payment, PaymentError, PaymentId};

/// Whoever decides on a charge.
#[port]
pub trait CardNetwork {
    /// Asks for a charge under an id; the same id is charged once.
    #[idempotent]
    async fn charge(&self, id: &PaymentId, charge: &Charge) -> Result<Verdict, PortError>;
}

/// What the card network says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The money is taken.
    Approved,
    /// It is not, for this reason.
    Declined(String),
}

/// Where payments are written down.
#[port]
pub trait Ledger {
    /// One payment.
    #[idempotent]
    async fn load(&self, id: &PaymentId) -> Result<Option<Payment>, PortError>;

    /// Writes a payment down; the first one under an id stays. Gives the one that stands.
    #[idempotent]
    async fn record(&self, payment: &Payment) -> Result<Payment, PortError>;
}

/// Why a port did not answer.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The call itself failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The system behind the port failed.
    #[error("{port} failed")]
    Failed {
        /// Which port.
        port: &'static str,
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Every value says that the port failed: it counts for its breaker, and what may be repeated is.
impl Fault for PortError {}

impl From<PortError> for PaymentError {
    fn from(error: PortError) -> Self {
        Self::Call(match error {
            PortError::Call(call) => call,
            PortError::Failed { port, source } => CallError::Failed {
                service: port.to_owned(),
                source,
            },
        })
    }
}
