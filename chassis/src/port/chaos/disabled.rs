//! A build without chaos: nothing that costs.

use std::future::Future;

use super::super::crossing::Attempted;
use crate::Context;
use crate::context::Env;

/// What calls of a port suffer: nothing.
#[derive(Clone)]
pub(in crate::port) struct Faults;

impl Faults {
    /// Nothing.
    pub(in crate::port) fn none() -> Self {
        Self
    }

    /// The adapter's call as it is.
    #[inline]
    pub(in crate::port) async fn around<T, E, F>(
        &self,
        _: usize,
        _: &Context,
        _: &Env,
        call: F,
    ) -> Attempted<T, E>
    where
        F: Future<Output = Result<T, E>>,
    {
        Ok(call.await)
    }
}
