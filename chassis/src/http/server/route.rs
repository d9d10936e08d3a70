//! [`Route`]: one method of one contract, with all that can be resolved before a request comes.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};

use super::intake::Time;
use super::overload::Guard;
use super::repeat::Repeat;
use super::watch::{Watch, method_name};
use crate::contract::{
    Answer, Cancel, Captures, Contract, ContractInfo, MethodInfo, ParamPlace, Request,
};
use crate::telemetry::{Counter, Telemetry};

/// One method of one contract that is served.
pub(super) struct Route {
    pub(super) contract: &'static ContractInfo,
    pub(super) info: &'static MethodInfo,
    /// Index of the method in its contract.
    method: usize,
    service: Arc<dyn Hosted>,
    /// Index of the component that serves it.
    pub(super) component: usize,
    pub(super) time: Time,
    pub(super) max_body: usize,
    pub(super) has_body: bool,
    /// Whether the call is dropped when nobody waits for it any more.
    pub(super) cancel: bool,
    /// What counts the items that it streams.
    pub(super) items: Option<Counter>,
    /// What a call passes before it begins.
    pub(super) guard: Guard,
    /// What stands around its calls where they may be repeated.
    pub(super) repeat: Option<Repeat>,
    watch: Watch,
    /// HEAD on a GET route is counted as what it is.
    head: Option<Watch>,
}

impl Route {
    pub(super) fn new(
        contract: &'static ContractInfo,
        method: usize,
        service: Arc<dyn Hosted>,
        (component, telemetry): (usize, &Telemetry),
        (timeout, max_body): (Duration, usize),
    ) -> Self {
        let info = &contract.methods[method];
        let path: Arc<str> = info.path.into();
        let is_get = info.verb == Method::GET;
        Self {
            items: info
                .stream
                .as_ref()
                .and_then(|_| telemetry.metrics().items_sent(contract.name, info.name)),
            guard: Guard::default(),
            watch: Watch::new(telemetry, method_name(&info.verb), &path),
            head: is_get.then(|| Watch::new(telemetry, "HEAD", &path)),
            time: Time {
                limit: info.timeout.unwrap_or(timeout),
                strict: info.timeout.is_some(),
            },
            repeat: None,
            contract,
            info,
            method,
            service,
            component,
            max_body: info.max_body.unwrap_or(max_body),
            has_body: info
                .params
                .iter()
                .any(|param| param.place == ParamPlace::Body),
            cancel: info.cancel == Cancel::Always,
        }
    }

    /// What is recorded of it, or of HEAD on it.
    pub(super) fn watch(&self, head: bool) -> &Watch {
        match &self.head {
            Some(watch) if head => watch,
            _ => &self.watch,
        }
    }

    /// Begins a call: reads the parameters, so that nothing of the request is held while it runs.
    pub(super) fn call(
        &self,
        captures: &Captures<'_>,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Answer {
        let query = uri.query().unwrap_or("");
        let request = Request {
            captures: *captures,
            query,
            headers,
            body,
        };
        let answer = self.service.call(self.method, &request);
        match &self.repeat {
            None => answer,
            Some(repeat) => repeat.around(self.info, &request, answer),
        }
    }

    /// Whether its answers stream.
    pub(super) fn is_stream(&self) -> bool {
        self.info.stream.is_some()
    }

    /// Whether both are routes of one trait.
    pub(super) fn is_of_same_contract(&self, other: &Self) -> bool {
        std::ptr::eq(self.contract, other.contract)
    }

    /// The contract's name, for messages.
    pub(super) fn contract_name(&self) -> &'static str {
        self.contract.name
    }

    /// `inventory.stock`, for messages.
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.contract.name, self.info.name)
    }
}

/// An implementation of a contract, its type forgotten.
pub(super) trait Hosted: Send + Sync {
    /// [`Contract::call`].
    fn call(&self, method: usize, request: &Request<'_>) -> Answer;
}

/// Forgets the contract's type: one virtual call a request.
pub(super) struct Host<C: ?Sized>(pub(super) Arc<C>);

impl<C: Contract + ?Sized> Hosted for Host<C> {
    fn call(&self, method: usize, request: &Request<'_>) -> Answer {
        C::call(&self.0, method, request)
    }
}
