//! The cashier's rules, with fakes behind its ports.

use std::sync::Arc;

use payments_contract::{Charge, Payment, PaymentError, PaymentId, Payments};
use payments_domain::{CardNetworkFake, Cashier, LedgerFake, Verdict};

fn id() -> PaymentId {
    PaymentId("7".into())
}

fn charge(amount_cents: u64) -> Charge {
    Charge {
        customer: "ada".into(),
        amount_cents,
    }
}

fn paid(amount_cents: u64) -> Payment {
    Payment {
        id: id(),
        customer: "ada".into(),
        amount_cents,
    }
}

#[tokio::test]
async fn an_approved_charge_is_written_down() {
    let cards = CardNetworkFake::new().on_charge(|_, _| Ok(Verdict::Approved));
    let ledger = LedgerFake::new()
        .on_load(|_| Ok(None))
        .on_record(|payment| Ok(payment.clone()));
    let payment = Cashier::new(Arc::new(cards), Arc::new(ledger))
        .charge(id(), charge(500))
        .await;
    assert_eq!(payment.unwrap(), paid(500));
}

#[tokio::test]
async fn a_declined_charge_says_why_and_is_not_written_down() {
    let cards = CardNetworkFake::new().on_charge(|_, _| Ok(Verdict::Declined("limit".into())));
    let ledger = LedgerFake::new().on_load(|_| Ok(None));
    let error = Cashier::new(Arc::new(cards), Arc::new(ledger))
        .charge(id(), charge(500))
        .await
        .unwrap_err();
    assert!(matches!(error, PaymentError::Declined { reason, .. } if reason == "limit"));
}

#[tokio::test]
async fn a_payment_that_stands_is_not_charged_again() {
    let ledger = LedgerFake::new().on_load(|_| Ok(Some(paid(500))));
    let cashier = Cashier::new(Arc::new(CardNetworkFake::new()), Arc::new(ledger));
    assert_eq!(cashier.charge(id(), charge(500)).await.unwrap(), paid(500));
    let error = cashier.charge(id(), charge(501)).await.unwrap_err();
    assert!(matches!(error, PaymentError::PaymentDiffers { .. }));
}
