//! [`Found`]: which headers of a request carry a part of a context.

use http::{HeaderMap, HeaderName, HeaderValue};

/// A header that is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Header {
    Traceparent,
    Tracestate,
    Baggage,
    ExpectedTimeout,
    ConnectTimeout,
    GrpcTimeout,
    RequestId,
    IdempotencyKey,
    Priority,
}

impl Header {
    const COUNT: usize = 9;

    fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "traceparent" => Self::Traceparent,
            "tracestate" => Self::Tracestate,
            "baggage" => Self::Baggage,
            "x-envoy-expected-rq-timeout-ms" => Self::ExpectedTimeout,
            "connect-timeout-ms" => Self::ConnectTimeout,
            "grpc-timeout" => Self::GrpcTimeout,
            "x-request-id" => Self::RequestId,
            "idempotency-key" => Self::IdempotencyKey,
            "priority" => Self::Priority,
            _ => return None,
        })
    }
}

/// The headers of interest in one request, found by one look at each header: a request has few,
/// and this is cheaper than nine look-ups by hash.
pub(super) struct Found<'h> {
    first: [Option<&'h HeaderValue>; Header::COUNT],
    seen: u16,
    repeated: u16,
    headers: &'h HeaderMap,
}

impl<'h> Found<'h> {
    pub(super) fn new(headers: &'h HeaderMap) -> Self {
        let mut found = Self {
            first: [None; Header::COUNT],
            seen: 0,
            repeated: 0,
            headers,
        };
        for (name, value) in headers {
            if let Some(header) = Header::of_name(name.as_str()) {
                found.put(header, value);
            }
        }
        found
    }

    fn put(&mut self, header: Header, value: &'h HeaderValue) {
        let bit = 1 << header as u16;
        self.repeated |= self.seen & bit;
        self.seen |= bit;
        self.first[header as usize].get_or_insert(value);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seen == 0
    }

    pub(super) fn has(&self, header: Header) -> bool {
        self.seen & 1 << header as u16 != 0
    }

    /// The value of a header that may come once, by `parse`. `Ok(None)` when it is missing, an
    /// error when it is malformed or repeated.
    pub(super) fn once<T>(
        &self,
        header: Header,
        parse: impl FnOnce(&'h [u8]) -> Option<T>,
    ) -> Result<Option<T>, ()> {
        let Some(value) = self.first[header as usize] else {
            return Ok(None);
        };
        if self.repeated & 1 << header as u16 != 0 {
            return Err(());
        }
        parse(value.as_bytes()).map(Some).ok_or(())
    }

    /// Gives `parse` all values of a header that may come several times; none when it is missing.
    /// They are looked up again only when it did.
    pub(super) fn all<T>(
        &self,
        header: Header,
        name: &HeaderName,
        parse: impl FnOnce(&[&'h [u8]]) -> T,
    ) -> T {
        match self.first[header as usize] {
            None => parse(&[]),
            Some(value) if self.repeated & 1 << header as u16 == 0 => parse(&[value.as_bytes()]),
            Some(_) => {
                let all = self.headers.get_all(name).into_iter();
                parse(&all.map(HeaderValue::as_bytes).collect::<Vec<_>>())
            }
        }
    }
}
