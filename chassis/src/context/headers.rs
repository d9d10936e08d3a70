//! The names of the headers that carry a context.

use http::HeaderName;

/// W3C Trace Context: trace id, span id, flags.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// W3C Trace Context: what tracing systems add.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");
/// W3C Baggage.
pub const BAGGAGE: HeaderName = HeaderName::from_static("baggage");
/// How long the caller still waits, in milliseconds: Envoy's name, read and written.
pub const EXPECTED_TIMEOUT: HeaderName = HeaderName::from_static("x-envoy-expected-rq-timeout-ms");
/// How long the caller still waits, by gRPC's units: read only.
pub const GRPC_TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");
/// How long the caller still waits, in milliseconds, by the Connect protocol: read only.
pub const CONNECT_TIMEOUT: HeaderName = HeaderName::from_static("connect-timeout-ms");
/// By which people find one call in the logs.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What makes two requests one (draft 07).
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// How urgent the call is (RFC 9218).
pub const PRIORITY: HeaderName = HeaderName::from_static("priority");
/// Which attempt of a call this is, from the second on: Envoy's name.
pub const ATTEMPT_COUNT: HeaderName = HeaderName::from_static("x-envoy-attempt-count");
/// In an answer, `exhausted`: the call was tried often enough below, so don't try it again.
pub const RETRY: HeaderName = HeaderName::from_static("retry");
