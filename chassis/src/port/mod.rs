//! Outbound ports: what `#[port]` makes of a trait, and [`Crossing`], what happens around a call.
//!
//! `app.adapt::<dyn StockStore>(adapter)` puts a generated wrapper around the adapter; each call
//! through it is one [`Crossing::judged`], one [`Crossing::repeated`] where it may be made again, or one
//! [`Crossing::streamed`] where it gives a stream. [`Fault`] is for its error to say what a failure is.

mod adapter;
mod call;
mod chaos;
mod crossing;
#[doc(hidden)]
pub mod expansion;
mod fault;
mod guard;

pub use adapter::{Adapter, Adapts};
pub(crate) use call::{Call, error_type};
pub use crossing::{Crossing, Finished, Observer, Outcome};
pub use fault::{Fault, Meaning};
#[cfg(feature = "service")]
pub(crate) use guard::NEVER;

/// An outbound port. Implemented by `#[port]` for the trait object: `dyn StockStore`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a port",
    label = "expected `dyn Trait` of a trait marked `#[port]`"
)]
pub trait Port: Send + Sync + 'static {
    /// Name and methods.
    fn info() -> &'static PortInfo;
}

/// A port, as data.
#[derive(Debug)]
pub struct PortInfo {
    /// Kebab-case: `stock-store`.
    pub name: &'static str,
    /// The trait's doc comment.
    pub doc: &'static str,
    /// Its methods, in the order of the trait.
    pub methods: &'static [PortMethod],
}

/// One method of a port, as data.
#[derive(Debug)]
pub struct PortMethod {
    /// As in the trait: `load`.
    pub name: &'static str,
    /// The method's doc comment.
    pub doc: &'static str,
    /// Marked `#[idempotent]`: may be called again without harm.
    pub idempotent: bool,
}
