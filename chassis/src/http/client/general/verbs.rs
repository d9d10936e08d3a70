//! HTTP's own methods as a contract, so that calls without one take the same way as those of any.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use http::Method;

use crate::contract::{Cancel, ContractInfo, MethodInfo};
use crate::policy::stack::StackSettings;

static METHODS: [MethodInfo; 8] = [
    method("get", Method::GET),
    method("head", Method::HEAD),
    method("put", Method::PUT),
    method("delete", Method::DELETE),
    method("options", Method::OPTIONS),
    method("post", Method::POST),
    method("patch", Method::PATCH),
    // POST and PATCH may be repeated with an Idempotency-Key; the method sent is the request's own.
    method("keyed", Method::POST),
];

/// The methods that a request may have.
pub(super) const KNOWN: &str = "GET, HEAD, PUT, DELETE, OPTIONS, POST and PATCH";

const fn method(name: &'static str, verb: Method) -> MethodInfo {
    MethodInfo {
        name,
        verb,
        path: "",
        doc: "",
        source: "",
        timeout: None,
        max_body: None,
        idempotent: false,
        cache: None,
        deprecated: false,
        since: None,
        cancel: Cancel::Always,
        params: &[],
        success: 200,
        answer: None,
        bytes: true,
        stream: None,
        problems: || &[],
    }
}

/// The index of `method`; `is_keyed` where the request carries an Idempotency-Key.
pub(super) fn index(method: &Method, is_keyed: bool) -> Option<usize> {
    let index = METHODS.iter().position(|known| known.verb == *method)?;
    match METHODS[index].verb.is_idempotent() {
        false if is_keyed => Some(METHODS.len() - 1),
        _ => Some(index),
    }
}

/// Says of `settings`, made for `contract`, that what carries a key may be repeated, if it is such a
/// contract.
pub(in crate::http::client) fn with_keyed(
    contract: &ContractInfo,
    mut settings: StackSettings,
) -> StackSettings {
    let is_such = std::ptr::eq(contract.methods.as_ptr(), METHODS.as_ptr());
    if let (true, Some(keyed)) = (is_such, settings.methods.last_mut()) {
        keyed.is_repeatable = true;
    }
    settings
}

/// The contract of the client called `name`. Each name has one for as long as the process lives:
/// names stand in the code or the configuration, so there are few.
pub(super) fn contract(name: &str) -> &'static ContractInfo {
    static ALL: Mutex<BTreeMap<String, &'static ContractInfo>> = Mutex::new(BTreeMap::new());
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = all.get(name) {
        return known;
    }
    let contract: &'static ContractInfo = Box::leak(Box::new(ContractInfo {
        name: Box::leak(name.to_owned().into_boxed_str()),
        version: "1",
        doc: "",
        source: "",
        methods: &METHODS,
    }));
    all.insert(name.to_owned(), contract);
    contract
}
