//! The collector of traces.

use super::super::finding::Finding;
use super::super::patient::Patient;
use super::super::reach::Outcome;
use crate::discovery::Address;

/// Where spans would go; `None` when they go nowhere.
pub(in crate::app::doctor) fn address(patient: &Patient) -> Option<Address> {
    let url = &patient.settings.telemetry.traces.url;
    let rest = url.rest().strip_prefix("//")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    // OTLP over HTTP goes where plain HTTP goes when no port is named.
    host.parse().or_else(|_| format!("{host}:80").parse()).ok()
}

pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let url = &patient.settings.telemetry.traces.url;
    if address(patient).is_none() {
        let what = format!("traces.url is `{url}`: no spans are sent, contexts still travel");
        return vec![Finding::ok("collector.none", what)];
    }
    let reached = patient.reached().await;
    let Some(reached) = reached.iter().find(|reached| reached.name == "traces.url") else {
        return Vec::new();
    };
    let (address, took) = (&reached.address, reached.took);
    let finding = match &reached.outcome {
        Outcome::Answered { .. } => {
            let what = format!("{address} answers in {} ms", took.as_millis());
            return vec![Finding::ok("collector.reached", what).took(took)];
        }
        Outcome::Unreachable(why) => Finding::warning(
            "collector.unreachable",
            format!("traces.url: {address} is not reached: {why}"),
        )
        .mend("start the collector, or correct traces.url; `none:` sends no spans"),
        Outcome::NoHttp(why) => Finding::warning(
            "collector.no-http",
            format!("traces.url: {address} does not speak HTTP: {why}"),
        )
        .mend("collectors take OTLP over HTTP at port 4318; 4317 is gRPC"),
        Outcome::Unresolved => Finding::warning(
            "collector.unresolved",
            format!("traces.url: {} does not resolve", address.host()),
        )
        .mend("correct the name in traces.url"),
    };
    vec![
        finding
            .why("calls are served all the same; spans are kept while there is room, then dropped and counted")
            .took(took),
    ]
}
