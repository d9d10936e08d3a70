//! What keeps a call alive, and its caller: policies, each usable alone as a tower layer.
//!
//! A policy has two faces. The object (a [`Breaker`]) is asked before a call and told after it; it
//! takes the time from whoever asks, so it needs no runtime and a test needs no sleep. The layer (a
//! [`BreakerLayer`]) does that around any tower service: a plain axum, tonic or reqwest program can
//! take one and leave the rest. [`Outcome`] says how a call went; [`Classify`] finds that out.
//!
//! [`stack`] puts them in their order around each call to one dependency.
//!
//! Nothing here knows a wire format or the chassis: transports build their stacks of the objects.

pub mod balance;
pub mod breaker;
pub mod bulkhead;
pub mod cache;
// What `chaos` brings: faults on purpose.
#[cfg(feature = "chaos")]
pub mod chaos;
pub mod ejection;
pub mod fallback;
pub mod hedge;
pub mod limit;
mod outcome;
pub mod rate_limit;
pub mod retry;
#[cfg(all(test, shuttle))]
mod schedules;
pub mod shed;
mod slots;
pub mod stack;
mod sync;
pub mod timeout;

pub use breaker::{Breaker, BreakerLayer};
pub use bulkhead::{Bulkhead, BulkheadLayer};
pub use cache::{Cache, CacheLayer};
#[cfg(feature = "chaos")]
pub use chaos::{Chaos, ChaosLayer};
pub use fallback::FallbackLayer;
pub use limit::{AdaptiveLimit, AdaptiveLimitLayer};
pub use outcome::{Classify, ErrorsFail, Outcome};
pub use rate_limit::{KeyedRateLimit, RateLimit, RateLimitLayer};
pub use retry::{Backoff, Budget};
pub use stack::{Stack, StackLayer};
