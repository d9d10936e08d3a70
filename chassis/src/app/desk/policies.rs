//! The policies of an outbound port: how they stand, and what a person forces.

use std::time::Duration;

use serde_json::{Value, json};

use super::outbound::unix_ms;
use crate::admin::model::{Policies, PolicyEvent};
use crate::admin::{Order, What};
use crate::app::component::{Composed, Guards, ShownPort};
use crate::http::client::EndpointView;
use crate::policy::Stack;
use crate::policy::breaker::Force;
use crate::policy::stack::{Event, View};

/// How many instances are listed.
const LISTED: usize = 50;

/// How many events the page shows.
const EVENTS: usize = 5;

/// How the breaker stands; `None` where there is none.
pub(super) fn breaker(guards: &Guards) -> Option<&'static str> {
    Some(guards.stack.as_ref()?.breaker()?.word)
}

/// How they stand, for the page; `None` where there are none.
pub(super) fn standing(guards: &Guards) -> Option<Policies> {
    let view = guards.stack.as_ref()?.view();
    let events = view.events.iter().take(EVENTS);
    let event = |event: &Event| PolicyEvent {
        at_unix_ms: unix_ms(event.at),
        what: event.what.to_string(),
    };
    Some(Policies {
        has_breaker: view.breaker.is_some(),
        events: events.map(event).collect(),
        standing: words(guards, &view),
    })
}

/// Name and value.
fn words(guards: &Guards, view: &View) -> Vec<(String, String)> {
    let mut words = Vec::new();
    let mut say = |name: &str, value: String| words.push((name.to_owned(), value));
    let (settings, totals) = (&view.settings, view.totals);
    if let Some(breaker) = view.breaker {
        say("breaker", breaker.word.to_owned());
        say("refused by it", totals.refused.to_string());
    }
    if let (Some(bulkhead), Some(of)) = (view.bulkhead, settings.bulkhead) {
        let (calls, waiting) = (bulkhead.calls, bulkhead.waiting);
        say(
            "bulkhead",
            format!("{calls} of {} under way, {waiting} wait", of.max_calls),
        );
        say("refused by it", totals.crowded.to_string());
    }
    let left = view.budget.floor();
    say("retries", format!("{}, {left} more may be", totals.retries));
    if settings.methods.iter().any(|method| method.hedge.is_some()) {
        say("hedges", totals.hedges.to_string());
    }
    if let Some(endpoints) = &guards.endpoints {
        let (view, is_panicking) = endpoints.view();
        endpoint_words(&view, &mut say);
        if is_panicking {
            let why = "too many are ejected to leave them out: all are called";
            say("ejection", why.to_owned());
        }
    }
    words
}

/// What is worth a word of each endpoint.
fn endpoint_words(view: &[EndpointView], say: &mut impl FnMut(&str, String)) {
    let limited = view.iter().filter_map(|one| Some((one, one.limit?)));
    for (endpoint, limit) in limited.take(LISTED) {
        let (address, calls) = (&endpoint.address, endpoint.in_flight);
        say("limit", format!("{address}: {calls} of {limit} at once"));
    }
    let silent = view.iter().filter_map(|one| Some((one, one.silent?)));
    for (endpoint, time) in silent.take(LISTED) {
        let (address, calls, time) = (&endpoint.address, endpoint.in_flight, time.as_secs());
        let what = format!("has answered none of {calls} calls for {time} s; others are preferred");
        say("avoided", format!("{address}: {what}"));
    }
    let ejected = view.iter();
    let ejected = ejected.filter_map(|one| Some((one, one.ejected.as_ref()?)));
    for (endpoint, (why, left)) in ejected.take(LISTED) {
        let left = in_words(*left);
        say("ejected", format!("{}: {why}; {left}", endpoint.address));
    }
}

fn in_words(left: Duration) -> String {
    match left.as_secs() {
        0 => "the next call decides".to_owned(),
        seconds => format!("{seconds} s left"),
    }
}

/// The same as data.
pub(super) fn shown(guards: &Guards) -> Value {
    let endpoints = guards.endpoints.as_ref().map(|endpoints| {
        let (view, is_panicking) = endpoints.view();
        let total = view.len();
        // Those that are ejected first: they are what is looked for.
        let (mut ejected, others): (Vec<_>, Vec<_>) =
            view.into_iter().partition(|one| one.ejected.is_some());
        ejected.extend(others);
        let shown = ejected.iter().take(LISTED).map(|one| {
            json!({
                "address": one.address,
                "in_flight": one.in_flight,
                "average_ms": one.average.as_secs_f64() * 1000.0,
                "limit": one.limit,
                "silent_ms": one.silent.map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
                "ejected": one.ejected.as_ref().map(|(why, left)| json!({
                    "why": why,
                    "left_ms": u64::try_from(left.as_millis()).unwrap_or(u64::MAX),
                })),
            })
        });
        json!({
            "total": total,
            "all_are_called": is_panicking,
            "instances": shown.collect::<Vec<_>>(),
        })
    });
    json!({ "stack": guards.stack.as_deref().map(stack), "endpoints": endpoints })
}

fn stack(stack: &Stack) -> Value {
    let view = stack.view();
    let totals = view.totals;
    let events = view
        .events
        .iter()
        .map(|event| json!({ "at_unix_ms": unix_ms(event.at), "what": event.what.to_string() }));
    json!({
        "breaker": view.breaker.map(|breaker| breaker.word),
        "in_flight": view.bulkhead.map(|bulkhead| bulkhead.calls),
        "waiting": view.bulkhead.map(|bulkhead| bulkhead.waiting),
        "limit": view.settings.bulkhead.map(|bulkhead| bulkhead.max_calls),
        "budget_left": view.budget,
        "retries": totals.retries,
        "hedges": totals.hedges,
        "exhausted": totals.exhausted,
        "over_budget": totals.over_budget,
        "refused_by_breaker": totals.refused,
        "refused_by_bulkhead": totals.crowded,
        "events": events.collect::<Vec<_>>(),
    })
}

/// Does what a person says, and gives how the policies stand then.
///
/// # Errors
///
/// When there is no such port, or it has nothing that could be forced like that.
pub(super) fn obey(composed: &Composed, order: &Order) -> Result<Value, String> {
    let ports = composed.ports();
    let is_it = |port: &&std::sync::Arc<ShownPort>| {
        let component = order.component.as_ref();
        port.name() == order.port && component.is_none_or(|name| *name == port.component)
    };
    let found: Vec<_> = ports.iter().filter(is_it).collect();
    let port = match found[..] {
        [one] => one,
        [] => return Err(format!("there is no outbound port `{}`", order.port)),
        _ => {
            return Err(format!(
                "several components have a port `{}`: say which by \"component\"",
                order.port
            ));
        }
    };
    match order.what {
        What::Eject | What::Readmit => eject(&port.guards, order)?,
        _ => force(&port.guards, order)?,
    }
    let (port, what) = (port.name(), order.what);
    tracing::info!(port, "{port}: told by hand to {what:?}");
    Ok(shown(&found[0].guards))
}

fn force(guards: &Guards, order: &Order) -> Result<(), String> {
    let none = || format!("`{}` has no breaker", order.port);
    let stack = guards.stack.as_ref().ok_or_else(none)?;
    stack.settings().breaker.ok_or_else(none)?;
    match order.what {
        What::Open => stack.force(Force::Open),
        What::Close => stack.force(Force::Closed),
        What::Disable => stack.force(Force::Disabled),
        _ => stack.reset(),
    }
    Ok(())
}

fn eject(guards: &Guards, order: &Order) -> Result<(), String> {
    let endpoints = guards.endpoints.as_ref();
    let endpoints =
        endpoints.ok_or_else(|| format!("`{}` has no instances to choose among", order.port))?;
    let instance = order.instance.as_deref();
    let instance = instance.ok_or_else(|| "\"instance\" is missing: host:port".to_owned())?;
    let time = (order.what == What::Eject).then(|| order.time());
    match endpoints.by_hand(instance, time) {
        true => Ok(()),
        false => Err(format!("`{}` has no instance {instance}", order.port)),
    }
}
