//! [`Wire`]: a request, for as many attempts as it takes.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method};
use http_body::Body as _;

use super::SendBody;
use super::body::Streaming;

/// A request that can be sent to any endpoint. Attempts borrow it, so nothing must be kept of it to
/// send it again.
pub(in crate::http::client) struct Wire {
    pub(in crate::http::client) method: Method,
    /// Path and query.
    pub(in crate::http::client) target: PathAndQuery,
    pub(in crate::http::client) headers: HeaderMap,
    pub(in crate::http::client) body: Content,
}

/// What follows the headers.
pub(in crate::http::client) enum Content {
    /// All of it; empty: there is none.
    Whole(Bytes),
    /// It can be sent once.
    Streaming {
        /// In bytes, where that is known.
        length: Option<u64>,
        body: Mutex<Option<Streaming>>,
    },
}

impl Content {
    pub(in crate::http::client) fn streams(&self) -> bool {
        matches!(self, Self::Streaming { .. })
    }

    /// The body, to be sent; `None` where it has been.
    pub(super) fn take(&self) -> Option<SendBody> {
        match self {
            Self::Whole(bytes) => Some(SendBody::Whole(bytes.clone())),
            Self::Streaming { body, .. } => {
                let mut body = body.lock().unwrap_or_else(PoisonError::into_inner);
                body.take().map(SendBody::Streaming)
            }
        }
    }
}

impl From<SendBody> for Content {
    fn from(body: SendBody) -> Self {
        let length = body.size_hint().exact();
        match body {
            SendBody::Whole(bytes) => Self::Whole(bytes),
            SendBody::Streaming(body) => Self::Streaming {
                length,
                body: Mutex::new(Some(body)),
            },
        }
    }
}
