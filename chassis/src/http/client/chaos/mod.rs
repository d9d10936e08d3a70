//! Chaos in an attempt: between the choice of an endpoint and the wire, below everything that it
//! tries. Without cargo feature `chaos` there is nothing here.

#[cfg(not(feature = "chaos"))]
mod disabled;
#[cfg(feature = "chaos")]
mod enabled;

#[cfg(not(feature = "chaos"))]
pub use disabled::Injector;
#[cfg(not(feature = "chaos"))]
pub(super) use disabled::Suffering;
#[cfg(feature = "chaos")]
pub use enabled::Injector;
#[cfg(feature = "chaos")]
pub(super) use enabled::Suffering;
