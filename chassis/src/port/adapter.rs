//! Which values can stand behind a port.

use std::sync::Arc;

use super::{Crossing, Port};

/// A value that can stand behind port `P`: everything that implements its trait.
///
/// Implemented through [`Adapts`], which `#[port]` writes: a macro in another crate could not
/// implement this one for every `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no adapter for `{P}`",
    label = "this type does not implement the port's trait"
)]
pub trait Adapter<P: ?Sized>: Send + Sync + 'static {
    /// The value behind the port's trait object, each call wrapped in a crossing.
    fn into_adapter(self, crossing: Crossing) -> Arc<P>;
}

/// A port that a `T` can stand behind. Implemented by `#[port]`.
#[diagnostic::on_unimplemented(
    message = "`{T}` is no adapter for `{Self}`",
    label = "this is no port: mark its trait with `#[port]`"
)]
pub trait Adapts<T>: Port {
    /// `adapter` behind the port's trait object, each call wrapped in `crossing`.
    fn adapt(adapter: T, crossing: Crossing) -> Arc<Self>;
}

impl<P, T> Adapter<P> for T
where
    P: Adapts<T> + ?Sized,
    T: Send + Sync + 'static,
{
    fn into_adapter(self, crossing: Crossing) -> Arc<P> {
        P::adapt(self, crossing)
    }
}
