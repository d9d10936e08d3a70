//! Ports: adapters behind a crossing, and their fakes.

use std::sync::{Arc, Mutex};

use chassis::context::Env;
use chassis::port::{Adapter, Crossing, Finished, Observer, Outcome, Port};
use chassis::{CallError, Context, port};

#[derive(Debug, thiserror::Error)]
enum StoreError {
    #[error("the disk is full")]
    Full,
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Where stock is kept.
#[port]
trait StockStore {
    /// The count of one item.
    #[idempotent]
    async fn load(&self, sku: &str) -> Result<Option<u32>, StoreError>;

    async fn save<'s>(&self, sku: &'s str, count: u32) -> Result<(), StoreError>;
}

struct Adapted;

impl StockStore for Adapted {
    async fn load(&self, sku: &str) -> Result<Option<u32>, StoreError> {
        tokio::task::yield_now().await;
        Ok((sku == "bolt").then_some(7))
    }

    #[allow(
        clippy::needless_lifetimes,
        reason = "a named lifetime in the trait is what is tried"
    )]
    async fn save<'s>(&self, sku: &'s str, count: u32) -> Result<(), StoreError> {
        assert_eq!((sku, count), ("bolt", 1), "the adapter panics");
        Err(StoreError::Full)
    }
}

/// Remembers which method ended how.
#[derive(Default)]
struct Seen(Mutex<Vec<(usize, Outcome)>>);

impl Observer for Seen {
    fn begin(&self, _: usize, context: Context) -> Context {
        context
    }

    fn end(&self, finished: &Finished<'_>) {
        let call = (finished.method, finished.outcome);
        self.0.lock().unwrap().push(call);
    }
}

fn adapt(adapter: impl Adapter<dyn StockStore>) -> (Arc<dyn StockStore>, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let name = <dyn StockStore as Port>::info().name;
    let crossing = Crossing::new(name, seen.clone(), Env::seeded(1));
    (adapter.into_adapter(crossing), seen)
}

#[test]
fn a_port_as_data() {
    let info = <dyn StockStore as Port>::info();
    assert_eq!(
        (info.name, info.doc),
        ("stock-store", "Where stock is kept.")
    );
    let methods: Vec<_> = info
        .methods
        .iter()
        .map(|m| (m.name, m.idempotent))
        .collect();
    assert_eq!(methods, [("load", true), ("save", false)]);
    assert_eq!(info.methods[0].doc, "The count of one item.");
}

#[tokio::test]
async fn each_call_is_a_crossing() {
    let (store, seen) = adapt(Adapted);
    assert_eq!(store.load("bolt").await.unwrap(), Some(7));
    assert_eq!(store.load("nut").await.unwrap(), None);
    assert!(matches!(store.save("bolt", 1).await, Err(StoreError::Full)));
    let seen = seen.0.lock().unwrap();
    assert_eq!(
        *seen,
        [
            (0, Outcome::Ok),
            (0, Outcome::Ok),
            (1, Outcome::Error("StoreError"))
        ]
    );
}

#[tokio::test]
async fn a_panic_stays_behind_the_port() {
    let (store, _) = adapt(Adapted);
    assert!(matches!(
        store.save("nut", 1).await,
        Err(StoreError::Call(CallError::Panic { service })) if service == "stock-store"
    ));
}

#[tokio::test]
async fn a_fake_answers_as_it_is_told() {
    let fake = StockStoreFake::new()
        .on_load(|sku| Ok(Some(u32::try_from(sku.len()).unwrap())))
        .on_save(|_, _| Err(StoreError::Full));
    let (store, _) = adapt(fake.clone());
    assert_eq!(store.load("bolt").await.unwrap(), Some(4));
    assert!(matches!(store.save("bolt", 1).await, Err(StoreError::Full)));
    assert_eq!((fake.load_calls(), fake.save_calls()), (1, 1));
}

#[tokio::test]
#[should_panic(
    expected = "StockStoreFake: `save` was called, but nothing says what it answers; add `.on_save(|sku, count| …)`"
)]
async fn a_fake_says_what_is_missing() {
    let _ = StockStoreFake::new().save("bolt", 1).await;
}
