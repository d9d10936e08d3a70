//! The shop's outbound ports over memory that all hosts share: the database that outlives them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chassis::{Context, Streaming};
use inventory_contract::{Reservation, ReservationId, Sku, Stock};
use inventory_domain::{Reserved, StockStore};
use orders_contract::{NewOrder, Order, OrderId, OrderState};
use orders_domain::OrderStore;
use payments_contract::{Charge, Payment, PaymentId};
use payments_domain::{CardNetwork, Ledger, PortError, Verdict};
use tokio::sync::Semaphore;
use tokio::time::sleep;

/// What every item costs, in cents.
const PRICE: u64 = 250;

/// What the shop has written down. A cheap clone.
#[derive(Clone)]
pub(crate) struct Books {
    pages: Arc<Mutex<Pages>>,
    /// The connections of one host to them, where [`Pages::pooled`] says that there are few.
    pool: Arc<Semaphore>,
}

/// How many connections a host has.
pub(crate) const POOL: usize = 4;

/// The pages of the books.
#[derive(Default)]
pub(crate) struct Pages {
    pub(crate) orders: BTreeMap<i64, Order>,
    /// Which order a call made, by its idempotency key.
    made: BTreeMap<String, OrderId>,
    pub(crate) reservations: BTreeMap<String, Reservation>,
    pub(crate) payments: BTreeMap<String, Payment>,
    /// How often each card was charged, by payment.
    pub(crate) charges: BTreeMap<String, u32>,
    /// How often the warehouse was asked to reserve, whatever came of it.
    pub(crate) asked_to_reserve: usize,
    /// How often the cashier was asked to charge.
    pub(crate) asked_to_charge: usize,
    /// How long a reservation takes.
    pub(crate) reserving_takes: Duration,
    /// Whether a reservation needs one of its host's connections.
    pub(crate) pooled: bool,
    /// How long the card network takes.
    pub(crate) cards_take: Duration,
}

impl Default for Books {
    fn default() -> Self {
        Self {
            pages: Arc::default(),
            pool: Arc::new(Semaphore::new(POOL)),
        }
    }
}

impl Books {
    /// The same for a host that has just started, with connections of its own.
    pub(crate) fn connect(&self) -> Self {
        Self {
            pages: Arc::clone(&self.pages),
            ..Self::default()
        }
    }

    pub(crate) fn open(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StockStore for Books {
    async fn load(&self, sku: &Sku) -> Result<Option<Stock>, inventory_domain::StoreError> {
        Ok(Some(Stock {
            sku: sku.clone(),
            free: 1_000_000,
            price_cents: PRICE,
        }))
    }

    async fn changes(
        &self,
        _: &Sku,
    ) -> Result<Streaming<Stock, inventory_domain::StoreError>, inventory_domain::StoreError> {
        let nobody = "nobody watches in a simulation";
        Err(inventory_domain::StoreError::Failed(nobody.into()))
    }

    async fn reserve(
        &self,
        id: &ReservationId,
        sku: &Sku,
        quantity: u32,
    ) -> Result<Reserved, inventory_domain::StoreError> {
        let (takes, pooled) = {
            let pages = self.open();
            (pages.reserving_takes, pages.pooled)
        };
        let _connection = match pooled {
            true => self.pool.acquire().await.ok(),
            false => None,
        };
        sleep(takes).await;
        let mut pages = self.open();
        pages.asked_to_reserve += 1;
        let made = pages.reservations.entry(id.0.clone());
        let made = made.or_insert_with(|| Reservation {
            id: id.clone(),
            sku: sku.clone(),
            quantity,
            price_cents: PRICE,
        });
        Ok(Reserved::Done(made.clone()))
    }

    async fn release(&self, id: &ReservationId) -> Result<(), inventory_domain::StoreError> {
        self.open().reservations.remove(&id.0);
        Ok(())
    }

    async fn restock(&self, _: u32, _: u32) -> Result<u64, inventory_domain::StoreError> {
        Ok(0)
    }
}

impl OrderStore for Books {
    async fn create(&self, order: &NewOrder) -> Result<OrderId, orders_domain::StoreError> {
        let mut pages = self.open();
        let id = OrderId(pages.orders.len() as i64 + 1);
        // As a database would in one transaction: the same call, sent again, is the same order.
        if let Some(key) = Context::current().idempotency_key() {
            let stands = *pages.made.entry(key.to_string()).or_insert(id);
            if stands != id {
                return Ok(stands);
            }
        }
        let NewOrder {
            customer,
            sku,
            quantity,
        } = order.clone();
        let order = Order {
            id,
            customer,
            sku,
            quantity,
            state: OrderState::Pending,
        };
        pages.orders.insert(id.0, order);
        Ok(id)
    }

    async fn settle(
        &self,
        id: OrderId,
        state: OrderState,
    ) -> Result<(), orders_domain::StoreError> {
        if let Some(order) = self.open().orders.get_mut(&id.0) {
            order.state = state;
        }
        Ok(())
    }

    async fn load(&self, id: OrderId) -> Result<Option<Order>, orders_domain::StoreError> {
        Ok(self.open().orders.get(&id.0).cloned())
    }

    async fn page(
        &self,
        after: Option<OrderId>,
        limit: u32,
    ) -> Result<Vec<Order>, orders_domain::StoreError> {
        let after = after.map_or(0, |id| id.0);
        let pages = self.open();
        let orders = pages.orders.range(after + 1..);
        Ok(orders
            .take(limit as usize)
            .map(|(_, order)| order.clone())
            .collect())
    }
}

impl CardNetwork for Books {
    async fn charge(&self, id: &PaymentId, _: &Charge) -> Result<Verdict, PortError> {
        let takes = {
            let mut pages = self.open();
            pages.asked_to_charge += 1;
            pages.cards_take
        };
        sleep(takes).await;
        // The same id is charged once; what is counted is whether somebody relies on that.
        *self.open().charges.entry(id.0.clone()).or_default() += 1;
        Ok(Verdict::Approved)
    }
}

impl Ledger for Books {
    async fn load(&self, id: &PaymentId) -> Result<Option<Payment>, PortError> {
        Ok(self.open().payments.get(&id.0).cloned())
    }

    async fn record(&self, payment: &Payment) -> Result<Payment, PortError> {
        let mut pages = self.open();
        let stands = pages.payments.entry(payment.id.0.clone());
        Ok(stands.or_insert_with(|| payment.clone()).clone())
    }
}
