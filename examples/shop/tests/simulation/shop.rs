//! The shop's hosts, and how they are configured.

use std::time::Duration;

use chassis::testing::Simulation;
use inventory_contract::Inventory;
use inventory_domain::{StockStore, Warehouse};
use orders_contract::Orders;
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
client.inventory.attempt_timeout = '1s'
client.payments.attempt_timeout = '2s'
";
const CUSTOMER: &str = "
client.orders.total_timeout = '12s'
";

/// What is configured besides. Nothing is where a scenario has to hold; where it has to break, the
/// policy that carries it is turned off.
#[derive(Clone, Copy, Default)]
pub(crate) struct Settings {
    pub(crate) counters: &'static str,
    pub(crate) warehouses: &'static str,
    pub(crate) customers: &'static str,
}

/// The shop and its customers.
pub(crate) struct Shop {
    pub(crate) world: Simulation,
    pub(crate) books: Books,
    pub(crate) diary: Diary,
}

impl Shop {
    /// The shop, open for two seconds, with customers who order ten times a second.
    pub(crate) fn open(seed: u64, settings: Settings) -> Self {
        let mut shop = Self {
            world: Simulation::new(seed),
            books: Books::default(),
            diary: Diary::default(),
        };
        for host in INVENTORY {
            shop.inventory(host, settings.warehouses);
        }
        PAYMENTS.iter().for_each(|host| shop.payments(host));
        let counter = format!("{COUNTER}{}", settings.counters);
        ORDERS.iter().for_each(|host| shop.orders(host, &counter));
        shop.run(1);
        shop.customers(&format!("{CUSTOMER}{}", settings.customers));
        shop.run(1);
        shop
    }

    /// Lets seconds pass.
    pub(crate) fn run(&mut self, seconds: u64) {
        self.world.run(Duration::from_secs(seconds));
    }

    // ANCHOR: inventory
    fn inventory(&mut self, host: &str, toml: &str) {
        let books = self.books.clone();
        self.world.host(host, "inventory", toml, move |app| {
            let books = books.connect();
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

    fn customers(&mut self, toml: &str) {
        let diary = self.diary.clone();
        self.world.host(CUSTOMERS, "customers", toml, move |app| {
            customers::service(app, diary.clone())
        });
    }

    /// Lets no more customers in, and waits until each of them has an answer, if not for ever.
    pub(crate) fn close(&mut self) {
        self.diary.read().closed = true;
        for _ in 0..30 {
            self.run(1);
            let entries = self.diary.read();
            if entries.placed.len() == entries.sent {
                return;
            }
        }
    }

    /// The orders that were sent between two moments, in seconds since the customers came.
    pub(crate) fn between(&self, from: u64, to: u64) -> Vec<Placed> {
        let times = Duration::from_secs(from)..Duration::from_secs(to);
        let entries = self.diary.read();
        let placed = entries.placed.iter();
        placed
            .filter(|one| times.contains(&one.at))
            .cloned()
            .collect()
    }

    /// Figures, for people.
    pub(crate) fn summary(&self) -> String {
        let entries = self.diary.read();
        let slowest = entries.placed.iter().map(|one| one.took).max();
        let refused = entries
            .placed
            .iter()
            .filter_map(|one| one.answer.as_ref().err());
        let mut reasons: Vec<&String> = refused.clone().collect();
        reasons.sort();
        reasons.dedup();
        let pages = self.books.open();
        format!(
            "{} sent, {} answered, {} of them refused {reasons:?}, the slowest after {:?}; {} asked \
             to reserve, {} to charge",
            entries.sent,
            entries.placed.len(),
            refused.count(),
            slowest.unwrap_or_default(),
            pages.asked_to_reserve,
            pages.asked_to_charge,
        )
    }
}
