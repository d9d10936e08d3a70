//! The inbound port's implementation.

use std::sync::Arc;

use payments_contract::{Charge, Payment, PaymentError, PaymentId, Payments};

use crate::{CardNetwork, Ledger, Verdict};

/// The cashier.
pub struct Cashier {
    cards: Arc<dyn CardNetwork>,
    ledger: Arc<dyn Ledger>,
}

impl Cashier {
    /// A cashier that charges by `cards` and writes down in `ledger`.
    pub fn new(cards: Arc<dyn CardNetwork>, ledger: Arc<dyn Ledger>) -> Self {
        Self { cards, ledger }
    }
}

impl Payments for Cashier {
    async fn payment(&self, id: PaymentId) -> Result<Payment, PaymentError> {
        let payment = self.ledger.load(&id).await?;
        payment.ok_or(PaymentError::UnknownPayment { id })
    }

    async fn charge(&self, id: PaymentId, charge: Charge) -> Result<Payment, PaymentError> {
        if let Some(payment) = self.ledger.load(&id).await? {
            return same(payment, id, &charge);
        }
        match self.cards.charge(&id, &charge).await? {
            Verdict::Declined(reason) => Err(PaymentError::Declined {
                amount_cents: charge.amount_cents,
                reason,
            }),
            Verdict::Approved => {
                let Charge {
                    customer,
                    amount_cents,
                } = charge.clone();
                let payment = Payment {
                    id: id.clone(),
                    customer,
                    amount_cents,
                };
                same(self.ledger.record(&payment).await?, id, &charge)
            }
        }
    }
}

/// The payment, if it is for what is charged now.
fn same(payment: Payment, id: PaymentId, charge: &Charge) -> Result<Payment, PaymentError> {
    if payment.customer == charge.customer && payment.amount_cents == charge.amount_cents {
        Ok(payment)
    } else {
        Err(PaymentError::PaymentDiffers { id })
    }
}
