//! Which endpoint is next.
//!
//! The place of the balancer: whatever it becomes, it gives every endpoint at most once per call,
//! in the order in which they are to be tried.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::pool::Endpoint;

/// Round robin.
#[derive(Debug, Default)]
pub(super) struct Balance(AtomicUsize);

impl Balance {
    /// Every endpoint once, beginning with the one whose turn it is.
    pub(super) fn round<'a>(
        &self,
        endpoints: &'a [Arc<Endpoint>],
    ) -> impl Iterator<Item = &'a Arc<Endpoint>> + use<'a> {
        let turn = match endpoints.len() {
            0 | 1 => 0,
            many => self.0.fetch_add(1, Ordering::Relaxed) % many,
        };
        let (before, from) = endpoints.split_at(turn);
        from.iter().chain(before)
    }
}
