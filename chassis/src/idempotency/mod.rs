//! Idempotency keys: the same call, sent twice, has the effect of one.
//!
//! A method that says `idempotent` may be sent again after a failure that nobody understands. Its
//! client sends an `Idempotency-Key` (draft 07 of the IETF's httpapi group), the same for all
//! attempts of a call; the server keeps the answer by route, principal and key in a [`Store`], and
//! gives it again to whoever comes with the same key and the same request.
//!
//! Start at [`Store`]: what is asked of the place where answers are kept. Adapters: [`Memory`], and
//! with their features SQLite and Redis; `idempotency.url` chooses. The server's edge asks it.
//!
//! Between the effect of a call and its kept answer a process can die. What closes that gap lies in
//! the handler's own transaction: `recall` and `remember` (feature `sqlite`).

mod entry;
mod key;
mod memory;
mod open;
// What `redis` brings: answers that all instances share.
#[cfg(feature = "redis")]
mod redis;
mod settings;
// What `sqlite` brings: answers in the service's own store, and keys in its own transactions.
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod tests;
#[cfg(feature = "sqlite")]
mod transaction;

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

#[cfg(feature = "redis")]
pub use self::redis::Redis;
pub use entry::Kept;
pub use key::{Fingerprint, Key};
pub use memory::Memory;
pub(crate) use open::{Place, place};
pub use settings::Settings;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;
#[cfg(feature = "sqlite")]
pub use transaction::{recall, remember};

use crate::Result;

/// The future of a [`Store`]'s methods.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Where answers are kept, by key.
///
/// A call claims its key, and either keeps its answer or releases the claim. A claim that is neither
/// kept, released nor renewed ends by itself after its lease: so died its process.
pub trait Store: Send + Sync + 'static {
    /// What it is and where, for people. Holds no secret.
    fn location(&self) -> String;

    /// Claims `key`, or says why not.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    fn claim<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, Claimed>;

    /// Makes a claim's lease begin anew. Without effect where the claim is gone.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    fn renew<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, ()>;

    /// Keeps the answer of the call that holds `claim`, for `ttl`. Without effect where the claim is
    /// gone.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    fn keep<'a>(
        &'a self,
        key: &'a Key,
        claim: &'a Claim,
        answer: &'a Kept,
        ttl: Duration,
    ) -> StoreFuture<'a, ()>;

    /// Gives a claim up: the next call with this key is a first one again.
    ///
    /// # Errors
    ///
    /// When the store cannot be asked.
    fn release<'a>(&'a self, key: &'a Key, claim: &'a Claim) -> StoreFuture<'a, ()>;
}

/// What a call says when it claims a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    /// Who claims: a random number, so that one whose lease ended takes nothing from its successor.
    pub owner: u64,
    /// Of the request.
    pub fingerprint: Fingerprint,
    /// How long the claim holds unless it is renewed.
    pub lease: Duration,
}

/// What came of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The call is the first one with this key, or the first one after a lease that ended.
    First,
    /// It was made before: this is its answer.
    Before(Kept),
    /// It is being made. The claim ends after so long at the latest.
    InFlight(Duration),
    /// The key was used for another request.
    Other,
}
