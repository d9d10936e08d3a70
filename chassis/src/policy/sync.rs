//! What threads share in the policies: the standard library's, or, compiled with `--cfg shuttle`, what a
//! test goes through schedules with.

#[cfg(all(test, shuttle))]
pub(super) use shuttle::sync::{Mutex, MutexGuard, atomic};
#[cfg(not(all(test, shuttle)))]
pub(super) use std::sync::{Mutex, MutexGuard, atomic};
