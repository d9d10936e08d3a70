//! The names that this crate uses, by one pinned version of the OpenTelemetry semantic
//! conventions. Names that begin with `chassis.` or `tokio.` are our own: the conventions have none.

/// The version of the semantic conventions that all names follow.
pub const VERSION: &str = "1.44.0";

/// The schema URL of [`VERSION`], sent with every batch of spans.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.44.0";

/// Why a call failed: a status, an error's type or a kind.
pub const ERROR_TYPE: &str = "error.type";
/// The request's method; `_OTHER` where it is not one that the conventions know.
pub const HTTP_REQUEST_METHOD: &str = "http.request.method";
/// The exact status that was answered.
pub const HTTP_RESPONSE_STATUS_CODE: &str = "http.response.status_code";
/// The route's template: `/v1/items/{sku}`.
pub const HTTP_ROUTE: &str = "http.route";
/// The name or address that a client called.
pub const SERVER_ADDRESS: &str = "server.address";
/// The port that a client called.
pub const SERVER_PORT: &str = "server.port";
/// How many attempts of a call there were before the last one.
pub const HTTP_REQUEST_RESEND_COUNT: &str = "http.request.resend_count";
/// The template of the URL that a client called.
pub const URL_TEMPLATE: &str = "url.template";
/// `http` or `https`.
pub const URL_SCHEME: &str = "url.scheme";
/// The path of the request.
pub const URL_PATH: &str = "url.path";
/// The component that a series or a line belongs to.
pub const SERVICE_NAME: &str = "service.name";
/// The outbound port that was called.
pub const CHASSIS_PORT: &str = "chassis.port";
/// The method of the port.
pub const CHASSIS_METHOD: &str = "chassis.method";

/// Seconds that the server took for a request.
pub const HTTP_SERVER_REQUEST_DURATION: &str = "http.server.request.duration";
/// Requests that the server is working on.
pub const HTTP_SERVER_ACTIVE_REQUESTS: &str = "http.server.active_requests";
/// Seconds that a call to another service took.
pub const HTTP_CLIENT_REQUEST_DURATION: &str = "http.client.request.duration";
/// Seconds that a call through a port took.
pub const CHASSIS_PORT_CALL_DURATION: &str = "chassis.port.call.duration";

/// How often the configuration was read anew, by `outcome`: `success` or `failure`.
pub const CHASSIS_CONFIG_RELOADS: &str = "chassis.config.reloads";
/// How often an instance of a service was left out of the balance.
pub const CHASSIS_CLIENT_EJECTIONS: &str = "chassis.client.ejections";
/// Why, in kebab-case.
pub const CHASSIS_REASON: &str = "chassis.reason";
/// Items of streams.
pub const CHASSIS_STREAM_ITEMS: &str = "chassis.stream.items";
/// Attempts of calls to a dependency after the first.
pub const CHASSIS_CLIENT_RETRIES: &str = "chassis.client.retries";
/// Second attempts beside the first.
pub const CHASSIS_CLIENT_HEDGES: &str = "chassis.client.hedges";
/// Failed calls that were not tried again, by `reason`: `budget` or `attempts`.
pub const CHASSIS_CLIENT_RETRIES_DENIED: &str = "chassis.client.retries.denied";
/// Calls that a policy refused, by `error.type`: `breaker-open` or `overloaded`.
pub const CHASSIS_CLIENT_REFUSED: &str = "chassis.client.refused";
/// 1 for the `state` that a circuit breaker is in: `closed`, `half-open` or `open`.
pub const CHASSIS_CLIENT_BREAKER_STATE: &str = "chassis.client.breaker.state";
/// Retries and hedges that the budget of a dependency would allow now.
pub const CHASSIS_CLIENT_BUDGET: &str = "chassis.client.budget";
/// Calls of idempotent methods.
pub const CHASSIS_IDEMPOTENCY_CALLS: &str = "chassis.idempotency.calls";
/// Calls of cached methods.
pub const CHASSIS_CACHE_CALLS: &str = "chassis.client.cache.calls";
/// Calls that failed and had a fallback.
pub const CHASSIS_FALLBACK_CALLS: &str = "chassis.client.fallback.calls";
/// What something came to, in one word.
pub const CHASSIS_OUTCOME: &str = "chassis.outcome";
/// `transmit` or `receive`.
pub const NETWORK_IO_DIRECTION: &str = "network.io.direction";

/// Upper bounds in seconds that the conventions advise for durations of HTTP requests.
pub const DURATION_BOUNDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// `method` as the conventions have it: one of the known ones, else `_OTHER`.
pub fn method(method: &str) -> &'static str {
    const KNOWN: [&str; 10] = [
        "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "CONNECT", "TRACE", "QUERY",
    ];
    KNOWN
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("_OTHER")
}
