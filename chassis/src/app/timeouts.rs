//! Methods whose limit is longer than what a stop leaves them.

use std::time::Duration;

use super::compose::Composite;
use crate::contract::{ContractInfo, MethodInfo};

/// Warns where calls without a limit of their own may take longer than `drain`.
pub(super) fn warn_of_default(timeout: Duration, drain: Duration) {
    if timeout > drain {
        tracing::warn!(
            "calls may take {timeout:?} (http.timeout), a stop waits {drain:?} for them \
             (stop.drain): those that are at work then may be cut off; set stop.drain to \
             {timeout:?} or more, with stop.timeout above all phases together, or http.timeout to \
             less"
        );
    }
}

/// Warns of each served method that may take longer than `drain`, in the name of its component.
pub(super) fn warn_of_cuts(composite: &Composite, drain: Duration) {
    for (name, contract) in composite.composed.contracts() {
        let mut components = composite.components.iter();
        let Some(component) = components.find(|component| component.name == name) else {
            continue;
        };
        let context = component.context();
        context.enter(|| {
            for (method, timeout) in longer(contract, drain) {
                warn_of(contract, method, timeout, drain);
            }
        });
    }
}

/// The methods whose own limit is above `drain`.
pub(super) fn longer(
    contract: &'static ContractInfo,
    drain: Duration,
) -> impl Iterator<Item = (&'static MethodInfo, Duration)> {
    let methods = contract.methods.iter();
    methods.filter_map(move |method| {
        let timeout = method.timeout.filter(|timeout| *timeout > drain)?;
        Some((method, timeout))
    })
}

fn warn_of(contract: &ContractInfo, method: &MethodInfo, timeout: Duration, drain: Duration) {
    let (contract, source, method) = (contract.name, method.source, method.name);
    tracing::warn!(
        contract,
        method,
        source,
        "{contract}.{method} may take {timeout:?} (its timeout), a stop waits {drain:?} for calls \
         (stop.drain): one that is at work then may be cut off; set stop.drain to {timeout:?} or \
         more, with stop.timeout above all phases together, or give the method a shorter timeout"
    );
}
