//! Which values can be served under a contract.

use std::sync::Arc;

use super::Contract;

/// A value that can be served under contract `C`: everything that implements its trait.
///
/// Implemented through [`Serves`], which `#[service]` writes: a macro in another crate could not
/// implement this one for every `T`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be served as `{C}`",
    label = "this type does not implement the contract's trait"
)]
pub trait Served<C: ?Sized>: Send + Sync + 'static {
    /// The value behind the contract's trait object.
    fn into_service(self) -> Arc<C>;
}

/// A contract that a `T` can be served under. Implemented by `#[service]`.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be served as `{Self}`",
    label = "this is no contract: mark its trait with `#[service(version = \"1\")]`"
)]
pub trait Serves<T>: Contract {
    /// `value` behind the contract's trait object.
    fn serve(value: T) -> Arc<Self>;
}

impl<C, T> Served<C> for T
where
    C: Serves<T> + ?Sized,
    T: Send + Sync + 'static,
{
    fn into_service(self) -> Arc<C> {
        C::serve(self)
    }
}
