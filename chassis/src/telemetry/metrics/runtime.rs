//! What tokio says of its runtime: the numbers that its stable interface gives.

use tokio::runtime::Handle;

use super::family::Descriptor;
use super::snapshot::{FamilySnapshot, Kind, Labels, Point, PointValue};

/// Adds the families of the runtime behind `handle`.
#[expect(clippy::cast_precision_loss, reason = "exposed as floats anyway")]
pub(crate) fn gather(handle: &Handle, out: &mut Vec<FamilySnapshot>) {
    let runtime = handle.metrics();
    let workers = runtime.num_workers();
    let busy = (0..workers).map(|worker| runtime.worker_total_busy_duration(worker));
    let busy: f64 = busy.map(|time| time.as_secs_f64()).sum();
    let gauge = |name, help, value: usize| {
        single(
            Descriptor::new(name, help, "", Kind::Gauge),
            PointValue::Gauge(value as f64),
        )
    };
    out.extend([
        gauge("tokio.workers", "Threads of the runtime", workers),
        gauge(
            "tokio.tasks.alive",
            "Tasks that are not over",
            runtime.num_alive_tasks(),
        ),
        gauge(
            "tokio.global_queue.depth",
            "Tasks that wait for any thread of the runtime",
            runtime.global_queue_depth(),
        ),
        single(
            Descriptor::new(
                "tokio.worker.busy_time",
                "Time that the threads of the runtime worked",
                "s",
                Kind::Counter,
            ),
            PointValue::Counter(busy),
        ),
    ]);
}

fn single(descriptor: Descriptor, value: PointValue) -> FamilySnapshot {
    descriptor.with(vec![Point {
        labels: Labels::new(),
        value,
    }])
}
