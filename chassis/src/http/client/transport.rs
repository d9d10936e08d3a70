//! [`HttpTransport`]: the calls of one contract, over HTTP.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, header};

use super::call;
use super::endpoints::Endpoints;
use super::general::with_keyed;
use super::observe::Methods;
use super::wire::{Content, Wire};
use super::{Injector, Remote, Settings};
use crate::context::{Env, Trust, carve};
use crate::contract::{
    ContractInfo, Outgoing, StreamFuture, Transport, TransportFuture, keep_target,
};
use crate::discovery::Watch;
use crate::policy::Stack;
use crate::policy::stack::Mistake;
use crate::telemetry::Telemetry;
use crate::{CallError, Context};

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
    pub(super) settings: Arc<Settings>,
    pub(super) stack: Arc<Stack>,
    /// Whether the callees belong to us, and are told the whole context.
    pub(super) trust: Trust,
    /// What its calls suffer on purpose.
    pub(super) chaos: Injector,
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
        let metrics = telemetry.metrics().clone();
        let transport = Self::unwatched(contract, remote, settings, telemetry);
        metrics.watch_policies(contract.name, &transport.stack);
        transport
    }

    /// The same, without metrics of its policies: for one of many that bear the same name.
    pub(super) fn unwatched(
        contract: &'static ContractInfo,
        remote: Remote,
        settings: Settings,
        telemetry: Telemetry,
    ) -> Self {
        let settings = Arc::new(settings);
        let env = telemetry.env().clone();
        let stack = Arc::new(stack(contract, &settings, &env));
        let endpoints = Endpoints::new(
            remote.watch,
            remote.peers,
            Arc::clone(&settings),
            contract.name,
            &telemetry,
            remote.tls,
        );
        Self {
            contract,
            prefix: remote.prefix,
            origin: remote.origin,
            methods: Arc::new(Methods::new(telemetry, contract, &remote.address)),
            endpoints,
            stack,
            trust: Trust::Mesh,
            settings,
            chaos: Injector::default(),
            env,
        }
    }

    /// The same, whose calls suffer what `chaos` says.
    #[must_use]
    pub fn with_chaos(self, chaos: Injector) -> Self {
        Self { chaos, ..self }
    }

    /// The policies around its calls: how they stand, and the handles to force and to change them.
    pub fn stack(&self) -> &Arc<Stack> {
        &self.stack
    }

    /// Changes the policies to what `settings` say, while calls are under way; what was counted
    /// stays. Connections and limits of size stay as they are.
    ///
    /// # Errors
    ///
    /// The first [`Mistake`]; then nothing is changed.
    pub fn update(&self, settings: &Settings) -> Result<(), Mistake> {
        self.stack
            .update(with_keyed(self.contract, settings.stack(self.contract)))
    }

    /// The same, with other trust in the callees.
    pub(super) fn trusting(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// Its instances.
    pub(super) fn watch(&self) -> &Watch {
        self.endpoints.watch()
    }

    /// What is counted of its calls, and the last failures.
    pub(crate) fn observed(&self) -> Arc<Methods> {
        Arc::clone(&self.methods)
    }

    /// Its endpoints, for the admin page.
    pub(crate) fn endpoints(&self) -> Arc<Endpoints> {
        Arc::clone(&self.endpoints)
    }

    /// The name in messages: the contract's.
    pub(super) fn service(&self) -> &'static str {
        self.contract.name
    }

    /// The request of a call: everything but what depends on the endpoint and on the time.
    pub(super) fn request(&self, outgoing: Outgoing) -> Result<Wire, CallError> {
        let info = outgoing.info();
        let target = match self.prefix.is_empty() {
            true => carve(outgoing.target.as_bytes()),
            false => Bytes::from(format!("{}{}", self.prefix, outgoing.target)),
        };
        keep_target(outgoing.target);
        let target =
            PathAndQuery::from_maybe_shared(target).map_err(|error| CallError::Request {
                service: self.service().to_owned(),
                reason: format!("its path is not valid: {error}"),
            })?;
        let mut headers = outgoing.headers;
        if info.idempotent {
            let call = (self.contract.name, outgoing.method);
            Context::current().inject_key(&mut headers, call, &self.env);
        }
        let has_body = matches!(info.verb, Method::POST | Method::PUT | Method::PATCH);
        if outgoing.body.is_empty() && has_body {
            // Without it the callee cannot tell "empty" from "forgotten" (RFC 9110, 8.6).
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        Ok(Wire {
            method: info.verb.clone(),
            target,
            headers,
            body: Content::Whole(outgoing.body),
        })
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

/// The policies around the calls of `contract`. Settings that were read have been checked; of
/// those that were made by hand, what can't work is replaced by the defaults, and said.
fn stack(contract: &'static ContractInfo, settings: &Settings, env: &Env) -> Stack {
    let own = with_keyed(contract, settings.stack(contract));
    Stack::new(env.clone(), contract.name, own).unwrap_or_else(|mistake| {
        let name = contract.name;
        tracing::error!("client.{name}: {mistake}; the default policies hold instead");
        Stack::unchecked(env.clone(), name, Settings::default().stack(contract))
    })
}
