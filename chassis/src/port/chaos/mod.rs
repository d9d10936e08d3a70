//! Chaos in a call of an own port: between its policies and its adapter. Without cargo feature `chaos` there is
//! nothing here.

#[cfg(not(feature = "chaos"))]
mod disabled;
#[cfg(feature = "chaos")]
mod enabled;

#[cfg(not(feature = "chaos"))]
pub(super) use disabled::Faults;
#[cfg(feature = "chaos")]
pub(super) use enabled::Faults;
