//! Requests that were slow or failed.

use serde::Serialize;

/// One request that was slow or failed. Neither its path nor its query is kept: they may hold what
/// is nobody's business.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Request {
    /// When it ended, in milliseconds since 1970.
    pub(crate) at_unix_ms: u64,
    /// Which component answered.
    pub(crate) component: String,
    /// The HTTP method.
    pub(crate) method: String,
    /// The route's template; empty where no route is known.
    pub(crate) route: String,
    /// 0: no answer came.
    pub(crate) status: u16,
    /// `error.type`.
    pub(crate) error_type: Option<String>,
    /// How long it took.
    pub(crate) elapsed_ms: f64,
    /// Where to look further.
    pub(crate) trace_id: String,
    /// The caller's address, where it is known.
    pub(crate) peer: Option<String>,
}
