//! [`Flights`]: of many who want the same, one asks.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Who is asking for what. A cheap clone; all clones are one.
pub struct Flights<K>(Arc<Mutex<HashMap<K, watch::Receiver<()>>>>);

/// A part in a flight.
#[derive(Debug)]
pub enum Flight<K: Hash + Eq> {
    /// Ask, and keep the answer before this is dropped.
    Lead(Lead<K>),
    /// Somebody asks already: wait, then look again.
    Wait(Wait),
}

/// The part of the one who asks. The others go on when it is dropped, whatever came of it.
pub struct Lead<K: Hash + Eq> {
    flights: Flights<K>,
    key: K,
    _over: watch::Sender<()>,
}

/// The part of those who wait.
#[derive(Debug)]
pub struct Wait(watch::Receiver<()>);

impl<K: Hash + Eq + Clone> Flights<K> {
    /// Takes part in the flight for `key`.
    pub fn join(&self, key: &K) -> Flight<K> {
        let mut all = self.lock();
        match all.entry(key.clone()) {
            Entry::Occupied(known) => Flight::Wait(Wait(known.get().clone())),
            Entry::Vacant(place) => {
                let (over, wait) = watch::channel(());
                place.insert(wait);
                Flight::Lead(Lead {
                    flights: self.clone(),
                    key: key.clone(),
                    _over: over,
                })
            }
        }
    }
}

impl<K> Flights<K> {
    fn lock(&self) -> MutexGuard<'_, HashMap<K, watch::Receiver<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wait {
    /// Done when the one who asks has its answer, or has given up.
    pub async fn over(mut self) {
        // Nothing is ever sent: it ends when the sender is dropped.
        while self.0.changed().await.is_ok() {}
    }
}

impl<K: Hash + Eq> Drop for Lead<K> {
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
    }
}

impl<K> Clone for Flights<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K> Default for Flights<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K> fmt::Debug for Flights<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Flights").field(&self.lock().len()).finish()
    }
}

impl<K: Hash + Eq> fmt::Debug for Lead<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lead")
    }
}
