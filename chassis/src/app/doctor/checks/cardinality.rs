//! How many series of metrics one instance gives: what every scrape carries and every store keeps.

use super::super::finding::Finding;
use super::super::patient::Patient;
use crate::telemetry::semconv::DURATION_BOUNDS;

/// Outcomes (statuses, kinds of errors) that a route or method has in practice.
const OUTCOMES: usize = 4;

/// Outcomes that are kept apart at most; all further ones are counted together.
const MOST_OUTCOMES: usize = 49;

/// Series of one histogram: a bucket for each bound and one above, the sum, the count.
const HISTOGRAM: usize = DURATION_BOUNDS.len() + 3;

/// More from one instance burden a Prometheus of usual size as soon as there are many.
const MANY: usize = 10_000;

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let contracts = patient.composed.contracts();
    let routes: usize = contracts
        .iter()
        .map(|(_, contract)| contract.methods.len())
        .sum();
    let ports: usize = patient
        .composed
        .ports()
        .iter()
        .map(|port| port.methods().len())
        .sum();
    let clients: usize = patient
        .clients()
        .iter()
        .map(|client| client.contract.methods.len())
        .sum();
    let own = own_series(patient);
    // A client's call is counted at its port and on the wire.
    let histograms = routes + ports + 2 * clients;
    let usual = histograms * OUTCOMES * HISTOGRAM + own;
    let most = histograms * MOST_OUTCOMES * HISTOGRAM + own;
    let what = format!(
        "about {usual} series an instance ({routes} routes, {ports} methods of ports, {clients} of clients, {own} of its \
         own), never above {most}"
    );
    if usual <= MANY {
        return vec![Finding::ok("cardinality.few", what)];
    }
    vec![
        Finding::warning("cardinality.many", what)
            .why("each scrape carries them, and a store pays for each in memory; ids and paths as labels grow for ever")
            .mend(match own > MANY / 2 {
                true => "bound the labels of your own metrics: app.metrics().counter_family(name, help, keys, 100)",
                false => "split the service; its contracts have many methods",
            }),
    ]
}

/// Series of the service's own metrics, and what the process says of itself.
fn own_series(patient: &Patient) -> usize {
    let families = patient.telemetry.metrics().snapshot();
    families.iter().map(|family| family.points.len()).sum()
}
