//! The policies of a component's own ports: from `[port]` to the [`Stack`] around each of them.
//!
//! `settings.rs` is what is written; what a port has is made of it here, and what cannot work is
//! reported.

mod settings;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

pub use self::settings::{OnePort, OnePortMethod, PortPolicies, PortSettings};
use super::component::{Composed, Outward};
use super::unknown::{Unknown, read_unasked};
use crate::config::{Config, Finding, HumanDuration};
use crate::http::client::{self as policies, Place};
use crate::policy::Stack;
use crate::policy::stack::{MethodSettings, StackSettings};
use crate::port::{NEVER, PortInfo, PortMethod};
use crate::telemetry::Telemetry;

/// The policies of `port`. What cannot work is reported, and read as the defaults: the start fails
/// with all that is wrong, not with the first of it.
pub(super) fn stack(config: &Config, port: &PortInfo, telemetry: &Telemetry) -> Arc<Stack> {
    // What its types refuse is reported by reading it.
    let settings: PortSettings = config.section("port").unwrap_or_default();
    let findings = settings.findings(config, port);
    let works = findings.is_empty();
    findings.into_iter().for_each(|one| config.report(one));
    let wanted = match works {
        true => settings.stack(port),
        false => PortSettings::default().stack(port),
    };
    let stack = Stack::unchecked(telemetry.env().clone(), port.name, wanted);
    let stack = Arc::new(stack);
    telemetry.metrics().watch_policies(port.name, &stack);
    stack
}

/// Has `stack` take what changes of its settings while it is called.
pub(super) fn follow(
    composed: &Composed,
    config: &Config,
    port: &'static PortInfo,
    stack: &Arc<Stack>,
) {
    let stack = Arc::clone(stack);
    composed.follow(config, move |new| {
        let settings: PortSettings = new.section("port").unwrap_or_default();
        let findings = settings.findings(new, port);
        findings.into_iter().for_each(|one| new.report(one));
        let stack = Arc::clone(&stack);
        Box::new(move || {
            // What cannot work was found above, and then nothing is applied.
            let _ = stack.update(settings.stack(port));
        })
    });
}

/// Reports the sections `[port.NAME]` of ports that nobody has, once all is composed.
pub(super) fn report_unknown(config: &Config, composed: &Composed, components: &[String]) {
    read_unasked::<PortSettings>(config, "port", components);
    let ports = composed.ports();
    let known = ports.iter().filter_map(|port| match port.what {
        Outward::Port(info, _) => Some(info.name),
        _ => None,
    });
    let unknown = Unknown {
        section: "port",
        known: known.collect(),
        fault: "no composition root adapts a port of this name",
        expected: "a port that `app.adapt` is given an adapter of",
    };
    unknown.report(config, components);
}

impl PortSettings {
    /// What they make of `port`.
    fn stack(&self, port: &PortInfo) -> StackSettings {
        let (own, all) = (self.own(port), &self.default);
        let methods = port.methods.iter();
        let breaker = own.breaker.over(&all.breaker);
        let bulkhead = PortPolicies::bulkhead(&own.bulkhead, &all.bulkhead);
        StackSettings {
            bulkhead: policies::bulkhead(&bulkhead),
            breaker: policies::breaker(&breaker),
            budget: policies::budget(&own.budget.over(&all.budget)),
            methods: methods.map(|info| self.method(&own, info)).collect(),
            ignore: breaker.ignore,
        }
    }

    /// The port's own table; an empty one where it has none.
    fn own(&self, port: &PortInfo) -> OnePort {
        self.ports.get(port.name).cloned().unwrap_or_default()
    }

    fn method(&self, port: &OnePort, info: &PortMethod) -> MethodSettings {
        let own = port.methods.get(info.name).cloned().unwrap_or_default();
        let total = own.total_timeout.or(port.total_timeout);
        let total = limit(total.or(self.total_timeout));
        // What is set for the port or the method is taken as it is, so that a contradiction is found;
        // what holds for all gives way.
        let all = limit(self.attempt_timeout).min(total);
        let attempt = own.attempt_timeout.or(port.attempt_timeout);
        let retry = own.retry.over(&port.retry.over(&self.default.retry));
        MethodSettings {
            total_timeout: total,
            attempt_timeout: attempt.map_or(all, Duration::from),
            is_repeatable: info.idempotent,
            retry: policies::retry(&retry),
            hedge: None,
        }
    }

    /// What cannot work for `port`.
    fn findings(&self, config: &Config, port: &PortInfo) -> Vec<Finding> {
        let rows = config.effective();
        let methods: Vec<&str> = port.methods.iter().map(|method| method.name).collect();
        let place = Place::new("port", port.name, &methods, &rows);
        let mistakes = self.stack(port).mistakes();
        let mut findings: Vec<Finding> = mistakes.iter().map(|one| place.mistake(one)).collect();
        for (name, own) in &self.own(port).methods {
            match port.methods.iter().find(|info| info.name == name) {
                None => findings.push(place.unknown(name)),
                Some(info) => findings.extend(unsafe_retry(&place, info, own)),
            }
        }
        findings
    }
}

fn limit(set: Option<HumanDuration>) -> Duration {
    set.map_or(NEVER, Duration::from)
}

/// A retry that was asked for, of a method that may not be repeated.
fn unsafe_retry(place: &Place<'_>, info: &PortMethod, own: &OnePortMethod) -> Option<Finding> {
    if info.idempotent {
        return None;
    }
    let setting = own.retry.is_asked()?;
    let fault = format!(
        "`{}` is not idempotent: trying it again could do its work twice",
        info.name
    );
    let finding = place.finding(Some(info.name), setting, &fault);
    Some(finding.mend("mark it `#[idempotent]` in its trait, or remove this"))
}
