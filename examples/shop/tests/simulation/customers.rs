//! The customers: a service that serves nothing and orders at a constant rate, whatever becomes of
//! the orders before.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chassis::App;
use orders_contract::{NewOrder, Order, Orders};

/// Between two orders.
pub(crate) const PACE: Duration = Duration::from_millis(100);

/// One order, as its customer saw it.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// When, since the customers came.
    pub(crate) at: Duration,
    /// How long the answer took.
    pub(crate) took: Duration,
    /// The order, or what was said instead.
    pub(crate) answer: Result<Order, String>,
}

/// What all customers saw. A cheap clone.
#[derive(Clone, Default)]
pub(crate) struct Diary(Arc<Mutex<Entries>>);

#[derive(Default)]
pub(crate) struct Entries {
    /// The orders that have an answer.
    pub(crate) placed: Vec<Placed>,
    /// How many were sent.
    pub(crate) sent: usize,
    /// Whether no more are.
    pub(crate) closed: bool,
    /// How many order at once, each time; 0 is one.
    pub(crate) crowd: usize,
}

impl Diary {
    pub(crate) fn read(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Composes the customers.
pub(crate) async fn service(app: App, diary: Diary) -> chassis::Result {
    let orders = app.client::<dyn Orders>()?;
    let env = app.clock().clone();
    app.spawn("customers", move |stop| async move {
        let began = env.now();
        while !diary.read().closed {
            env.sleep(PACE).await;
            let numbers = {
                let mut entries = diary.read();
                let first = entries.sent + 1;
                entries.sent += entries.crowd.max(1);
                first..=entries.sent
            };
            for number in numbers {
                let (orders, env, diary) = (Arc::clone(&orders), env.clone(), diary.clone());
                chassis::spawn(async move {
                    let at = env.now();
                    let answer = orders.place(order(number)).await;
                    let placed = Placed {
                        at: at - began,
                        took: env.now() - at,
                        answer: answer
                            .map(|created| created.value)
                            .map_err(|error| error.to_string()),
                    };
                    diary.read().placed.push(placed);
                });
            }
        }
        stop.requested().await;
    });
    Ok(())
}

/// Each customer orders once, so that an order that was doubled shows.
fn order(number: usize) -> NewOrder {
    NewOrder {
        customer: format!("customer-{number}"),
        sku: "kettle".to_owned(),
        quantity: 1,
    }
}
