//! [`HttpTransport`]: the calls of one contract, over HTTP/1.1.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Uri, header};
use http_body_util::Full;

use super::balance::Balance;
use super::call;
use super::endpoints::Endpoints;
use super::observe::Methods;
use super::{Remote, Settings};
use crate::CallError;
use crate::context::Env;
use crate::contract::{ContractInfo, Outgoing, StreamFuture, Transport, TransportFuture};
use crate::telemetry::Telemetry;

/// A request that can be sent to any endpoint.
pub(super) type Wire = Request<Full<Bytes>>;

/// Carries the calls of one contract to the instances of a service.
///
/// It needs a tokio runtime when it is called, not when it is made.
pub struct HttpTransport {
    pub(super) contract: &'static ContractInfo,
    /// What stands before every path.
    prefix: String,
    /// Where the instances come from, for messages.
    pub(super) origin: String,
    pub(super) methods: Arc<Methods>,
    pub(super) endpoints: Arc<Endpoints>,
    pub(super) balance: Balance,
    pub(super) settings: Arc<Settings>,
    pub(super) env: Env,
}

impl HttpTransport {
    /// A transport of `contract`'s calls to the instances of `remote`.
    pub fn new(
        contract: &'static ContractInfo,
        remote: Remote,
        settings: Settings,
        telemetry: Telemetry,
    ) -> Self {
        let settings = Arc::new(settings);
        let env = telemetry.env().clone();
        Self {
            contract,
            prefix: remote.prefix,
            origin: remote.origin,
            methods: Arc::new(Methods::new(telemetry, contract, &remote.address)),
            endpoints: Endpoints::new(remote.watch, Arc::clone(&settings), env.clone()),
            balance: Balance::default(),
            settings,
            env,
        }
    }

    /// What is counted of its calls, and the last failures.
    pub(crate) fn observed(&self) -> Arc<Methods> {
        Arc::clone(&self.methods)
    }

    /// The name in messages: the contract's.
    pub(super) fn service(&self) -> &'static str {
        self.contract.name
    }

    /// The request of a call: everything but what depends on the endpoint and on the time.
    pub(super) fn request(&self, outgoing: Outgoing) -> Result<Wire, CallError> {
        let verb = outgoing.info().verb.clone();
        let target = match self.prefix.is_empty() {
            true => outgoing.target,
            false => format!("{}{}", self.prefix, outgoing.target),
        };
        let target = PathAndQuery::from_maybe_shared(Bytes::from(target)).map_err(|error| {
            CallError::Request {
                service: self.service().to_owned(),
                reason: format!("its path is not valid: {error}"),
            }
        })?;
        let is_empty = outgoing.body.is_empty();
        let mut request = Request::new(Full::new(outgoing.body));
        *request.headers_mut() = outgoing.headers;
        if is_empty && matches!(verb, Method::POST | Method::PUT | Method::PATCH) {
            // Without it the callee cannot tell "empty" from "forgotten" (RFC 9110, 8.6).
            let headers = request.headers_mut();
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        *request.method_mut() = verb;
        *request.uri_mut() = Uri::from(target);
        Ok(request)
    }
}

impl Transport for HttpTransport {
    fn call(&self, outgoing: Outgoing) -> TransportFuture<'_> {
        Box::pin(call::call(self, outgoing))
    }

    fn stream(&self, outgoing: Outgoing) -> StreamFuture<'_> {
        Box::pin(call::stream(self, outgoing))
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("contract", &self.contract.name)
            .field("origin", &self.origin)
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}
