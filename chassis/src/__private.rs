//! What the expansions of the macros use. No part of the public API: it may change in any release.

use std::future::Future;
use std::pin::Pin;

pub use bytes::Bytes;
pub use http::Method;
pub use schemars;

pub use crate::contract::expansion::*;
pub use crate::port::expansion::*;
pub use crate::problem::expansion::*;
#[cfg(feature = "sqlite")]
pub use crate::store::migrations;

/// The future of the hidden twin of a contract's or a port's method.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
