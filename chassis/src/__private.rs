//! What the expansions of the macros use. No part of the public API: it may change in any release.

pub use bytes::Bytes;
pub use schemars;
