//! [`Kept`]: what makes a request anew, once the first one has gone.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use super::wire::{SendBody, Wire};

/// A request that may be sent again. Its parts are shared with the one that is sent, so that to keep
/// it costs no allocation in the common case; a request is only built of it when it is needed.
#[derive(Debug)]
pub(super) struct Kept {
    verb: Method,
    target: Uri,
    headers: Headers,
    body: Bytes,
}

/// The headers that the contract set: a few lie here, more in a map.
#[derive(Debug)]
enum Headers {
    Few([Option<(HeaderName, HeaderValue)>; FEW]),
    Many(HeaderMap),
}

const FEW: usize = 3;

impl Kept {
    /// Before anything is added that depends on the attempt.
    pub(super) fn of(request: &Wire, body: Bytes) -> Self {
        Self {
            verb: request.method().clone(),
            target: request.uri().clone(),
            headers: Headers::of(request.headers()),
            body,
        }
    }

    /// The request anew.
    #[cold]
    pub(super) fn wire(&self) -> Wire {
        let mut request = Request::new(SendBody::Whole(self.body.clone()));
        *request.method_mut() = self.verb.clone();
        *request.uri_mut() = self.target.clone();
        *request.headers_mut() = self.headers.map();
        request
    }
}

impl Headers {
    fn of(headers: &HeaderMap) -> Self {
        if headers.len() > FEW {
            return Self::Many(headers.clone());
        }
        let mut pairs = headers.iter();
        let pair = |(name, value): (&HeaderName, &HeaderValue)| (name.clone(), value.clone());
        Self::Few(std::array::from_fn(|_| pairs.next().map(pair)))
    }

    fn map(&self) -> HeaderMap {
        match self {
            Self::Few(pairs) => pairs.iter().flatten().cloned().collect(),
            Self::Many(headers) => headers.clone(),
        }
    }
}
