//! Compressed answers: what is asked for, and what becomes of them.
//!
//! `enabled.rs` asks for `gzip` and `deflate` and decodes them, at most as far as the reader wants;
//! without the feature `decompression` `disabled.rs` asks for nothing and leaves answers as they are.

#[cfg(not(feature = "decompression"))]
mod disabled;
#[cfg(feature = "decompression")]
mod enabled;

#[cfg(not(feature = "decompression"))]
pub(super) use disabled::{Decoder, ask};
#[cfg(feature = "decompression")]
pub(super) use enabled::{Decoder, ask};
