//! The shop's hosts, and what holds of it whatever happens.

use std::collections::BTreeSet;
use std::time::Duration;

use chassis::testing::Simulation;
use inventory_contract::Inventory;
use inventory_domain::{StockStore, Warehouse};
use orders_contract::{Order, OrderState, Orders};
use orders_domain::{Counter, OrderStore};
use payments_contract::Payments;
use payments_domain::{CardNetwork, Cashier, Ledger};

use crate::customers::{self, Diary, Placed};
use crate::ports::Books;

/// Two counters, three warehouses, two cashiers.
pub(crate) const ORDERS: [&str; 2] = ["orders-1", "orders-2"];
pub(crate) const INVENTORY: [&str; 3] = ["inventory-1", "inventory-2", "inventory-3"];
pub(crate) const PAYMENTS: [&str; 2] = ["payments-1", "payments-2"];
pub(crate) const CUSTOMERS: &str = "customers";

/// A counter asks two others for each order, and a customer waits no more than 12 s. All else is as
/// it is by default.
const COUNTER: &str = "
[client.inventory]
attempt_timeout = '1s'
[client.payments]
attempt_timeout = '2s'
";
const CUSTOMER: &str = "
[client.orders]
total_timeout = '12s'
";

/// The shop and its customers.
pub(crate) struct Shop {
    pub(crate) world: Simulation,
    pub(crate) books: Books,
    pub(crate) diary: Diary,
}

impl Shop {
    /// The shop, open for two seconds, with customers who order 20 times a second.
    pub(crate) fn open(seed: u64) -> Self {
        Self::with(seed, COUNTER)
    }

    /// The same, its counters configured by `counter`.
    pub(crate) fn with(seed: u64, counter: &str) -> Self {
        let mut shop = Self {
            world: Simulation::new(seed),
            books: Books::default(),
            diary: Diary::default(),
        };
        INVENTORY.iter().for_each(|host| shop.inventory(host));
        PAYMENTS.iter().for_each(|host| shop.payments(host));
        ORDERS.iter().for_each(|host| shop.orders(host, counter));
        shop.run(1);
        shop.customers();
        shop.run(1);
        shop
    }

    /// Lets seconds pass.
    pub(crate) fn run(&mut self, seconds: u64) {
        self.world.run(Duration::from_secs(seconds));
    }

    // ANCHOR: inventory
    fn inventory(&mut self, host: &str) {
        let books = self.books.clone();
        self.world.host(host, "inventory", "", move |app| {
            let books = books.clone();
            async move {
                let store = app.adapt::<dyn StockStore>(books);
                app.serve::<dyn Inventory>(Warehouse::new(store));
                Ok(())
            }
        });
    }
    // ANCHOR_END: inventory

    fn payments(&mut self, host: &str) {
        let books = self.books.clone();
        self.world.host(host, "payments", "", move |app| {
            let books = books.clone();
            async move {
                let cards = app.adapt::<dyn CardNetwork>(books.clone());
                let ledger = app.adapt::<dyn Ledger>(books);
                app.serve::<dyn Payments>(Cashier::new(cards, ledger));
                Ok(())
            }
        });
    }

    fn orders(&mut self, host: &str, toml: &str) {
        let books = self.books.clone();
        self.world.host(host, "orders", toml, move |app| {
            let books = books.clone();
            async move {
                let store = app.adapt::<dyn OrderStore>(books);
                let inventory = app.client::<dyn Inventory>()?;
                let payments = app.client::<dyn Payments>()?;
                app.serve::<dyn Orders>(Counter::new(store, inventory, payments));
                Ok(())
            }
        });
    }

    fn customers(&mut self) {
        let diary = self.diary.clone();
        self.world
            .host(CUSTOMERS, "customers", CUSTOMER, move |app| {
                customers::service(app, diary.clone())
            });
    }

    /// Sends the customers away, and waits until each of them has an answer.
    pub(crate) fn close(&mut self) {
        self.world.stop(CUSTOMERS);
        self.run(30);
    }

    /// The orders that were sent between two moments, in seconds since the customers came.
    pub(crate) fn between(&self, from: u64, to: u64) -> Vec<Placed> {
        let times = Duration::from_secs(from)..Duration::from_secs(to);
        let placed = self.diary.read().placed.clone();
        placed
            .into_iter()
            .filter(|one| times.contains(&one.at))
            .collect()
    }

    /// Panics with the seed and the line that replays it, unless `holds`.
    #[track_caller]
    pub(crate) fn promise(&self, holds: bool, what: impl std::fmt::Display) {
        assert!(
            holds,
            "{what}\n{}\nreplay: SIMULATION_SEED={} cargo test -p shop --test simulation",
            self.summary(),
            self.world.seed()
        );
    }

    /// What holds whatever went wrong: every customer has an answer in time, no order that was
    /// confirmed is lost, none is doubled.
    #[track_caller]
    pub(crate) fn promises(&self) {
        let entries = self.diary.read();
        let (sent, placed) = (entries.sent, entries.placed.clone());
        drop(entries);
        // What is sent at the moment of the stop ends with its host.
        self.promise(
            placed.len() + 2 >= sent,
            "customers wait for an answer for ever",
        );
        let slow = placed
            .iter()
            .filter(|one| one.took > Duration::from_secs(13))
            .count();
        self.promise(
            slow == 0,
            format_args!("{slow} customers had no answer in time"),
        );
        let confirmed: Vec<&Order> = placed
            .iter()
            .filter_map(|one| one.answer.as_ref().ok())
            .collect();
        let lost = confirmed
            .iter()
            .filter(|order| !self.is_kept(order))
            .count();
        self.promise(lost == 0, format_args!("{lost} confirmed orders are lost"));
        let pages = self.books.open();
        let doubled = pages
            .charges
            .values()
            .filter(|charges| **charges > 1)
            .count();
        let kept = pages.orders.values();
        let kept = kept.filter(|order| order.state == OrderState::Confirmed);
        let (mut customers, mut twice) = (BTreeSet::new(), 0);
        kept.for_each(|order| twice += usize::from(!customers.insert(order.customer.clone())));
        drop(pages);
        self.promise(
            twice == 0,
            format_args!("{twice} customers have two orders"),
        );
        // The card network takes an id once; but whoever asks it twice relies on others.
        self.promise(
            doubled * 50 <= sent,
            format_args!("{doubled} cards were charged again"),
        );
    }

    /// Whether an order that a customer holds is written down, reserved and paid.
    fn is_kept(&self, order: &Order) -> bool {
        let pages = self.books.open();
        let id = format!("order-{}", order.id.0);
        let written = pages.orders.get(&order.id.0);
        written.is_some_and(|written| written.state == OrderState::Confirmed)
            && pages.reservations.contains_key(&id)
            && pages.payments.contains_key(&id)
    }

    /// Figures, for people.
    pub(crate) fn summary(&self) -> String {
        let entries = self.diary.read();
        let failed = entries
            .placed
            .iter()
            .filter(|one| one.answer.is_err())
            .count();
        let slowest = entries
            .placed
            .iter()
            .map(|one| one.took)
            .max()
            .unwrap_or_default();
        let mut reasons: Vec<String> = Vec::new();
        for one in &entries.placed {
            if let Err(reason) = &one.answer
                && !reasons.contains(reason)
            {
                reasons.push(reason.clone());
            }
        }
        let pages = self.books.open();
        format!(
            "{} sent, {} answered, {failed} of them refused ({}), the slowest after {slowest:?}; \
             {} reserved, {} charged",
            entries.sent,
            entries.placed.len(),
            reasons.join("; "),
            pages.asked_to_reserve,
            pages.asked_to_charge,
        )
    }
}

/// The share of orders that were confirmed.
pub(crate) fn confirmed(placed: &[Placed]) -> f64 {
    let good = placed.iter().filter(|one| one.answer.is_ok()).count();
    good as f64 / placed.len().max(1) as f64
}
