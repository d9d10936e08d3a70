//! What `#[port]` knows of a port.

use crate::shape::{self, Trait};

/// A port.
pub(super) struct Port {
    pub(super) shape: Trait,
    /// Kebab-case.
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) methods: Vec<Method>,
}

/// One of its methods.
pub(super) struct Method {
    pub(super) shape: shape::Method,
    pub(super) doc: String,
    pub(super) idempotent: bool,
}
