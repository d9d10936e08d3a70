//! A build with chaos: calls suffer what the configuration, or an experiment, says.

use std::future::pending;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

use super::super::call::Taken;
use super::super::pool::Endpoint;
use crate::context::Env;
use crate::contract::ContractInfo;
use crate::policy::Chaos;
use crate::policy::chaos::{Asking, Fault, Hit, Injected, MARK};
use crate::port::{Crossing, PortInfo};
use crate::{CallError, Context};

/// Lets calls suffer, where there is a [`Chaos`].
#[derive(Debug, Clone, Default)]
pub struct Injector(Option<Chaos>);

/// What an attempt suffers, and whose it is.
pub(in super::super) struct Suffering {
    service: &'static str,
    fault: Option<Fault>,
}

impl Injector {
    /// One by `chaos`.
    pub fn new(chaos: Chaos) -> Self {
        Self(Some(chaos))
    }

    /// Lets the calls of an own port suffer, too.
    pub(crate) fn port(&self, crossing: Crossing, port: &'static PortInfo) -> Crossing {
        match &self.0 {
            Some(chaos) => crossing.suffering(chaos.clone(), port),
            None => crossing,
        }
    }

    /// What calls of the contract or port may suffer, for people.
    pub(crate) fn describe(&self, contract: &str) -> Option<String> {
        let rules = self.0.as_ref()?.rules();
        let own = rules.iter().filter(|rule| rule.port == contract);
        let own: Vec<String> = own.map(ToString::to_string).collect();
        (!own.is_empty()).then(|| own.join("; "))
    }

    /// What an attempt of a contract's method suffers.
    pub(in super::super) fn decide(
        &self,
        (contract, method): (&'static ContractInfo, usize),
        context: &Context,
        now: Instant,
    ) -> Suffering {
        let decided = self.0.as_ref().and_then(|chaos| {
            let mark = context.baggage().get(MARK);
            let call = Asking {
                port: contract.name,
                method: contract.methods[method].name,
                mark: mark.as_deref(),
            };
            let hit = chaos.decide(call, now)?;
            say(call, hit);
            Some(hit.fault)
        });
        Suffering {
            service: contract.name,
            fault: decided,
        }
    }
}

/// Loud, but not a line a call: the first, the second, the fourth …
fn say(call: Asking<'_>, hit: Hit) {
    if hit.number.is_power_of_two() {
        tracing::warn!(
            contract = call.port,
            method = call.method,
            fault = %hit.fault,
            calls = hit.number,
            "chaos: calls suffer on purpose (section [chaos], or an experiment)"
        );
    }
}

impl Suffering {
    /// Whether no connection is to be had.
    pub(in super::super) fn refused(&self, endpoint: &Endpoint) -> Option<CallError> {
        (self.fault == Some(Fault::Refused)).then(|| CallError::Connect {
            service: self.service.to_owned(),
            endpoint: endpoint.address().to_string(),
            source: Box::new(Injected(Fault::Refused)),
        })
    }

    /// What comes before the wire: time that passes, or an answer that nobody gave.
    pub(in super::super) async fn before(&self, env: &Env) -> Option<Response<Taken>> {
        match self.fault? {
            Fault::Latency { most, .. } => env.sleep(most).await,
            Fault::BlackHole => pending().await,
            Fault::Status(status) => return Some(answer(status)),
            Fault::Refused | Fault::Cut => {}
        }
        None
    }

    /// The callee has done its work; whether nobody hears of it.
    pub(in super::super) fn after(&self) -> Option<CallError> {
        (self.fault == Some(Fault::Cut)).then(|| CallError::Interrupted {
            service: self.service.to_owned(),
            source: Box::new(Injected(Fault::Cut)),
        })
    }
}

/// The problem that nobody answered.
fn answer(status: u16) -> Response<Taken> {
    let problem = format!(r#"{{"type":"urn:problem:chassis:chaos","status":{status}}}"#);
    let mut response = Response::new(Taken::Whole(Bytes::from(problem)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let json = HeaderValue::from_static("application/problem+json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
