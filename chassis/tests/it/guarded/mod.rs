//! Policies around own ports: a shelf that does what its mood says, behind a till.

mod bounds;
mod breaking;
#[cfg(feature = "chaos")]
mod chaos;
mod judging;
mod repeating;
#[cfg(feature = "sqlite")]
mod store;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use chassis::port::Fault;
use chassis::testing::System;
use chassis::{App, CallError, Problem, port, service};
use http::{Request, Response};
use serde_json::Value;

/// Where stock lies.
#[port]
trait Shelf {
    /// How much of one item.
    #[idempotent]
    async fn load(&self, sku: &str) -> Result<u32, ShelfError>;

    /// Puts one more there.
    async fn save(&self, sku: &str) -> Result<u32, ShelfError>;

    /// How much of one item, where the argument is owned and the error says nothing of itself.
    #[idempotent]
    async fn count(&self, sku: String) -> Result<u32, Plain>;
}

// ANCHOR: fault
#[derive(Debug, thiserror::Error)]
enum ShelfError {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("the shelf is broken")]
    Broken,
    #[error("somebody was faster")]
    Taken,
}

impl Fault for ShelfError {
    fn is_fault(&self) -> bool {
        !matches!(self, Self::Taken)
    }
}
// ANCHOR_END: fault

/// An error whose type says nothing.
#[derive(Debug, thiserror::Error)]
enum Plain {
    #[error(transparent)]
    Call(#[from] CallError),
    #[error("something")]
    Something,
}

impl From<ShelfError> for CallError {
    fn from(error: ShelfError) -> Self {
        match error {
            ShelfError::Call(call) => call,
            other => Self::Failed {
                service: "shelf".to_owned(),
                source: other.into(),
            },
        }
    }
}

/// How a call goes.
#[derive(Debug, Clone, Copy)]
enum Mood {
    Fine,
    Broken,
    Taken,
    Slow(Duration),
}

/// A shelf whose calls go as they are told, in their order, and the last one for ever.
#[derive(Default)]
struct Script {
    moods: Mutex<VecDeque<Mood>>,
    seen: Mutex<Seen>,
}

/// What came of it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Seen {
    calls: usize,
    under_way: usize,
    most: usize,
}

#[derive(Clone)]
struct Wood(Arc<Script>);

/// A call that is under way.
struct Working<'a>(&'a Mutex<Seen>);

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.0.lock().unwrap().under_way -= 1;
    }
}

impl Script {
    fn tell(&self, moods: &[Mood]) {
        *self.moods.lock().unwrap() = moods.iter().copied().collect();
    }

    fn seen(&self) -> Seen {
        *self.seen.lock().unwrap()
    }

    async fn go(&self) -> Result<u32, ShelfError> {
        {
            let mut seen = self.seen.lock().unwrap();
            seen.calls += 1;
            seen.under_way += 1;
            seen.most = seen.most.max(seen.under_way);
        }
        let _working = Working(&self.seen);
        let mood = {
            let mut moods = self.moods.lock().unwrap();
            match moods.len() {
                0 => Mood::Fine,
                1 => moods[0],
                _ => moods.pop_front().unwrap(),
            }
        };
        match mood {
            Mood::Fine => Ok(7),
            Mood::Broken => Err(ShelfError::Broken),
            Mood::Taken => Err(ShelfError::Taken),
            Mood::Slow(time) => {
                // Of the paused clock.
                tokio::time::sleep(time).await;
                Ok(7)
            }
        }
    }
}

impl Shelf for Wood {
    async fn load(&self, _: &str) -> Result<u32, ShelfError> {
        self.0.go().await
    }

    async fn save(&self, _: &str) -> Result<u32, ShelfError> {
        self.0.go().await
    }

    async fn count(&self, _: String) -> Result<u32, Plain> {
        self.0.go().await.map_err(|_| Plain::Something)
    }
}

/// What a customer asks for.
#[service(version = "1")]
trait Till {
    #[get("/stock/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, TillError>;

    #[post("/stock/{sku}")]
    async fn put(&self, sku: String) -> Result<u32, TillError>;
}

#[derive(Debug, thiserror::Error, Problem)]
enum TillError {
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

impl From<ShelfError> for TillError {
    fn from(error: ShelfError) -> Self {
        Self::Call(error.into())
    }
}

struct Desk(Arc<dyn Shelf>);

impl Till for Desk {
    async fn stock(&self, sku: String) -> Result<u32, TillError> {
        Ok(self.0.load(&sku).await?)
    }

    async fn put(&self, sku: String) -> Result<u32, TillError> {
        Ok(self.0.save(&sku).await?)
    }
}

/// A till that is open: the system, what its shelf is told, and the shelf as the domain sees it.
struct Open {
    system: System,
    script: Arc<Script>,
    shelf: Arc<dyn Shelf>,
}

/// A till with these policies.
async fn open(policies: &str) -> Open {
    let script = Arc::new(Script::default());
    let shelf: Arc<OnceLock<Arc<dyn Shelf>>> = Arc::default();
    let (told, made) = (Arc::clone(&script), Arc::clone(&shelf));
    let till = move |app: App| async move {
        let shelf = app.adapt::<dyn Shelf>(Wood(told));
        let _ = made.set(Arc::clone(&shelf));
        app.serve::<dyn Till>(Desk(shelf));
        Ok(())
    };
    let system = System::of("till", till).config(policies);
    let system = system.start().await.unwrap();
    let shelf = Arc::clone(shelf.get().unwrap());
    Open {
        system,
        script,
        shelf,
    }
}

impl Open {
    async fn post(&self) -> Response<Bytes> {
        let request = Request::post("/v1/stock/bolt").body(Bytes::new());
        self.system.call(request.unwrap()).await
    }

    /// So many calls of the shelf that is told this; how many were made.
    async fn save(&self, mood: Mood, times: usize) -> usize {
        self.script.tell(&[mood]);
        let before = self.script.seen().calls;
        for _ in 0..times {
            let _ = self.shelf.save("bolt").await;
        }
        self.script.seen().calls - before
    }
}

fn json(answer: &Response<Bytes>) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}
