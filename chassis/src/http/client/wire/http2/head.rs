//! What HTTP/2 says of a request before its body.

use std::sync::atomic::Ordering;

use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, Version, header, uri};

use super::super::{Addressed, Wire};
use super::Multiplexed;
use crate::context::{Setter, carve, headers};
use crate::contract::spare_headers;

impl Multiplexed {
    /// What HTTP/2 says otherwise: the whole URI, and no headers about the connection.
    pub(super) fn head(&self, request: &Wire, addressed: &Addressed<'_>) -> Request<()> {
        let mut uri = uri::Parts::default();
        uri.scheme = Some(self.scheme.clone());
        uri.authority = Some(self.authority.clone());
        uri.path_and_query = Some(request.target.clone());
        let mut head = Request::new(());
        if let Ok(uri) = Uri::from_parts(uri) {
            *head.uri_mut() = uri;
        }
        *head.method_mut() = request.method.clone();
        *head.version_mut() = Version::HTTP_2;
        let mut headers = spare_headers();
        if !request.headers.is_empty() {
            headers.extend(request.headers.clone());
            remove_connection_headers(&mut headers);
        }
        addressed.write(&mut Fields {
            headers: &mut headers,
            is_first: !self.is_named.swap(true, Ordering::Relaxed),
        });
        *head.headers_mut() = headers;
        head
    }
}

/// Headers on their way into HPACK (RFC 7541).
struct Fields<'a> {
    headers: &'a mut HeaderMap,
    /// Nothing has been sent by the connection yet.
    is_first: bool,
}

/// What is another value in each request.
const UNIQUE: [HeaderName; 3] = [
    headers::TRACEPARENT,
    headers::EXPECTED_TIMEOUT,
    headers::REQUEST_ID,
];

impl Setter for Fields<'_> {
    fn set(&mut self, name: HeaderName, value: &[u8]) {
        let Ok(mut value) = HeaderValue::from_maybe_shared(carve(value)) else {
            return;
        };
        // Values that never come again would push all else out of the table that both sides keep,
        // and `h2` looks at each of the same name. So the first request leaves the names there, and
        // the values of all others are never indexed.
        value.set_sensitive(!self.is_first && UNIQUE.contains(&name));
        self.headers.insert(name, value);
    }
}

fn remove_connection_headers(headers: &mut HeaderMap) {
    headers.remove(header::HOST);
    for name in [
        header::CONNECTION,
        header::TE,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::HeaderName::from_static("keep-alive"),
        header::HeaderName::from_static("proxy-connection"),
    ] {
        headers.remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_never_comes_again_is_never_indexed_and_its_name_is() {
        let mut map = HeaderMap::new();
        for (is_first, expected) in [(true, [false, false]), (false, [true, false])] {
            let mut fields = Fields {
                headers: &mut map,
                is_first,
            };
            fields.set(headers::TRACEPARENT, b"00-1");
            fields.set(headers::BAGGAGE, b"a=b");
            let marked = [headers::TRACEPARENT, headers::BAGGAGE];
            assert_eq!(marked.map(|name| map[name].is_sensitive()), expected);
        }
    }
}
