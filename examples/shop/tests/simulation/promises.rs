//! What holds of the shop whatever goes wrong, and what a scenario promises besides.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::time::Duration;

use orders_contract::{Order, OrderState};

use crate::customers::Placed;
use crate::shop::Shop;

/// What was promised and did not hold.
#[derive(Default)]
pub(crate) struct Broken(pub(crate) Vec<String>);

impl Broken {
    /// Notes `what`, unless it `holds`.
    pub(crate) fn unless(&mut self, holds: bool, what: impl Display) {
        if !holds {
            self.0.push(what.to_string());
        }
    }

    /// At least this share of the orders between two moments was confirmed.
    pub(crate) fn unless_confirmed(&mut self, shop: &Shop, seconds: (u64, u64), least: f64) {
        let placed = shop.between(seconds.0, seconds.1);
        let share = confirmed(&placed);
        let (from, to) = seconds;
        self.unless(
            share >= least && !placed.is_empty(),
            format_args!(
                "{share:.4} of the orders from {from} to {to} s were confirmed, not {least}"
            ),
        );
    }

    /// Of the orders between two moments, this share at most took longer than half a second.
    pub(crate) fn if_slow(&mut self, shop: &Shop, seconds: (u64, u64), most: f64) {
        let placed = shop.between(seconds.0, seconds.1);
        let slow = placed
            .iter()
            .filter(|one| one.took > Duration::from_millis(500))
            .count();
        let all = placed.len();
        self.unless(
            slow as f64 <= most * all as f64 && all > 0,
            format_args!("{slow} of {all} orders took more than half a second, not {most}"),
        );
    }

    /// The warehouses were not asked more often than so many times an order.
    pub(crate) fn if_amplified(&mut self, shop: &Shop, most: f64) {
        let pages = shop.books.open();
        let (asked, orders) = (pages.asked_to_reserve, pages.orders.len());
        self.unless(
            asked as f64 <= most * orders.max(1) as f64,
            format_args!("{asked} reservations for {orders} orders, more than {most} each"),
        );
    }

    /// What holds whatever went wrong: every customer has an answer in time, no order that was
    /// confirmed is lost, none is doubled.
    pub(crate) fn always(&mut self, shop: &Shop) {
        let (sent, placed) = {
            let entries = shop.diary.read();
            (entries.sent, entries.placed.clone())
        };
        let waiting = sent - placed.len();
        self.unless(
            waiting == 0,
            format_args!("{waiting} customers wait for an answer for ever"),
        );
        let late = |one: &&Placed| one.took > Duration::from_secs(13);
        let late = placed.iter().filter(late).count();
        self.unless(
            late == 0,
            format_args!("{late} customers had no answer in time"),
        );
        let held = placed.iter().filter_map(|one| one.answer.as_ref().ok());
        let lost = held.filter(|order| !is_kept(shop, order)).count();
        self.unless(lost == 0, format_args!("{lost} confirmed orders are lost"));
        self.if_doubled(shop);
    }

    fn if_doubled(&mut self, shop: &Shop) {
        let pages = shop.books.open();
        let (mut customers, mut twice) = (BTreeSet::new(), 0);
        for order in pages.orders.values() {
            twice += usize::from(!customers.insert(&order.customer));
        }
        self.unless(
            twice == 0,
            format_args!("{twice} customers have two orders"),
        );
    }
}

/// Whether an order that a customer holds is written down, reserved and paid.
fn is_kept(shop: &Shop, order: &Order) -> bool {
    let pages = shop.books.open();
    let id = format!("order-{}", order.id.0);
    let written = pages.orders.get(&order.id.0);
    written.is_some_and(|written| written.state == OrderState::Confirmed)
        && pages.reservations.contains_key(&id)
        && pages.payments.contains_key(&id)
}

/// The share of orders that were confirmed.
fn confirmed(placed: &[Placed]) -> f64 {
    let good = placed.iter().filter(|one| one.answer.is_ok()).count();
    good as f64 / placed.len().max(1) as f64
}
