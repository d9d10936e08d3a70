//! [`ComponentId`]: which of the services in this process a call is served by.

/// A component of a system that runs in this process. Log lines and spans find their way by it:
/// many systems may run in one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ComponentId(pub u32);

impl ComponentId {
    /// Outside of any.
    pub const NONE: Self = Self(0);
}
