//! What is seen of overload from outside: the limits as they are.

use super::super::Edge;
use crate::policy::shed::Gate;
use crate::telemetry::{Metrics, semconv};

/// What takes the series of a gauge: labels and value.
type Take<'a> = &'a mut dyn FnMut(&[(&'static str, &str)], f64);

impl Edge {
    /// Has the limits shown among the metrics, as long as there is this edge.
    pub(in super::super) fn expose(&self, metrics: &Metrics) {
        let help = "Calls of the route that are let in at once, as found by latency";
        self.show(metrics, "chassis.http.server.limit", help, |gate| {
            f64::from(gate.limit().limit())
        });
        let help = "Calls of the route that wait for a place";
        self.show(metrics, "chassis.http.server.waiting", help, |gate| {
            gate.waiting() as f64
        });
    }

    fn show(
        &self,
        metrics: &Metrics,
        name: &'static str,
        help: &'static str,
        value: impl Fn(&Gate) -> f64 + Send + Sync + 'static,
    ) {
        let edge = self.downgrade();
        metrics.gauges(name, help, move |take| {
            if let Some(edge) = edge.upgrade() {
                edge.each_gate(take, &value);
            }
        });
    }

    fn each_gate(&self, take: Take<'_>, value: impl Fn(&Gate) -> f64) {
        for route in self.table().routes() {
            if let Some(gate) = &route.guard.gate {
                let labels = [
                    (semconv::HTTP_REQUEST_METHOD, route.info.verb.as_str()),
                    (semconv::HTTP_ROUTE, route.info.path),
                ];
                take(&labels, value(gate));
            }
        }
    }
}
