//! What stands before the calls of a port: its policies, where it has some.

mod bound;
// Without `service` there are no policies: the caller's deadline is all that bounds a call.
#[cfg(not(feature = "service"))]
#[path = "disabled.rs"]
mod entered;
#[cfg(feature = "service")]
#[path = "enabled.rs"]
mod entered;
mod fate;

pub(super) use self::bound::Bound;
#[cfg(feature = "service")]
pub(crate) use self::entered::NEVER;
pub(super) use self::entered::{Entered, Guard};
pub(super) use self::fate::Fate;
