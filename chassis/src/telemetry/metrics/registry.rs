//! [`Metrics`]: where series are resolved; [`users`] holds how users register theirs.

mod users;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::Handle;

use self::users::{Users, taken};
use super::durations::Durations;
use super::exposition::Format;
use super::family::{Descriptor, Family};
use super::http::{Active, HttpSeries};
use super::policies::Policies;
use super::port::PortSeries;
use super::process;
use super::reading::Recorded;
use super::runtime;
use super::snapshot::{FamilySnapshot, Kind, Labels, Point, PointValue};
use super::user::Counter;
use crate::Result;
use crate::context::Env;
use crate::policy::Stack;
use crate::telemetry::{Resource, semconv};

/// The metrics of one component. A cheap clone.
///
/// Everything here is for the start: a handle is resolved once and then counts without a look-up.
#[derive(Clone)]
pub struct Metrics {
    shared: Arc<Shared>,
    /// Labels of every series of this component: its name, where it is one of several.
    own: Labels,
}

/// All families of a process.
struct Shared {
    server: Family<Durations>,
    active: Family<Active>,
    client: Family<Durations>,
    port: Family<Durations>,
    rejected: Family<Counter>,
    policies: Policies,
    users: Mutex<BTreeMap<String, Users>>,
    runtime: Mutex<Option<Handle>>,
    sources: Mutex<Vec<Source>>,
}

/// Metrics that are read when they are asked for.
pub(crate) type Source = Box<dyn Fn(&mut Vec<FamilySnapshot>) + Send + Sync>;

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// No series yet.
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared::new()),
            own: Labels::new(),
        }
    }

    /// Adds what the operating system says of the process.
    pub(crate) fn watch_process(&self, env: Env) {
        self.source(Box::new(move |out| process::gather(&env, out)));
    }

    /// The same families; every new series says that it belongs to component `name`.
    pub(crate) fn component(&self, name: &str) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            own: vec![(semconv::SERVICE_NAME.into(), name.to_owned().into())],
        }
    }

    /// The series of a served route. `method` as in the request line, `route` the template.
    pub fn http_server(&self, method: &str, route: &str, scheme: &str) -> HttpSeries {
        let method = (semconv::HTTP_REQUEST_METHOD, semconv::method(method));
        let scheme = (semconv::URL_SCHEME, scheme);
        let labels = self.labels(&[method, (semconv::HTTP_ROUTE, route), scheme]);
        let server = &self.shared.server;
        let durations = server.get(labels, |labels| Durations::new(labels, 500));
        let active = &self.shared.active;
        let active = active.get(self.labels(&[method, scheme]), Active::new);
        HttpSeries::new(durations, &active)
    }

    /// What is recorded of a served route, to be read: nothing is shown by it that was not before.
    pub(crate) fn served(&self, method: &str, route: &str) -> Recorded {
        let method = (semconv::HTTP_REQUEST_METHOD, semconv::method(method));
        let scheme = (semconv::URL_SCHEME, "http");
        let labels = self.labels(&[method, (semconv::HTTP_ROUTE, route), scheme]);
        let server = &self.shared.server;
        let durations = server.get(labels, |labels| Durations::new(labels, 500));
        Recorded::new(durations, None)
    }

    /// The series of calls to `server_address` (a name, or `host:port`). `route` is the template.
    pub fn http_client(&self, method: &str, route: &str, server_address: &str) -> HttpSeries {
        let mut labels = self.labels(&[
            (semconv::HTTP_REQUEST_METHOD, semconv::method(method)),
            (semconv::URL_TEMPLATE, route),
        ]);
        let (host, port) = split_port(server_address);
        labels.push((semconv::SERVER_ADDRESS.into(), host.to_owned().into()));
        labels.extend(port.map(|port| (semconv::SERVER_PORT.into(), port.to_owned().into())));
        let client = &self.shared.client;
        let durations = client.get(labels, |labels| Durations::new(labels, 400));
        HttpSeries::new(durations, &Active::new(Labels::new()))
    }

    /// The series of one method of a port.
    pub fn port(&self, port: &str, method: &str) -> PortSeries {
        let labels = self.labels(&[
            (semconv::CHASSIS_PORT, port),
            (semconv::CHASSIS_METHOD, method),
        ]);
        let family = &self.shared.port;
        PortSeries::new(family.get(labels, |labels| Durations::new(labels, u16::MAX)))
    }

    /// Counts context that came with a request and could not be read: `traceparent`, `baggage` …
    pub fn rejected(&self, header: &'static str) -> Counter {
        let labels = self.labels(&[("header", header)]);
        self.shared.rejected.get(labels, Counter::new)
    }

    /// The page that `/metrics` answers, and its content type: OpenMetrics 1.0 where `accept` (the
    /// header's value) prefers it, else Prometheus' text format 0.0.4.
    pub fn scrape<'a>(&self, accept: impl Into<Option<&'a str>>) -> (&'static str, String) {
        let format = Format::accepted(accept.into());
        (format.content_type(), format.render(&self.snapshot()))
    }

    /// Adds the numbers of a tokio runtime: workers, tasks, queue. Once for each runtime that
    /// serves calls; a further one replaces the first.
    pub fn watch_runtime(&self, runtime: Handle) {
        let mut watched = self
            .shared
            .runtime
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *watched = Some(runtime);
    }

    /// Adds what the process says of itself: `target_info`.
    pub(crate) fn target(&self, resource: &Resource) {
        let pair = |(key, value): (&str, &str)| (key.to_owned().into(), value.to_owned().into());
        let labels: Labels = resource.attributes().map(pair).collect();
        self.source(Box::new(move |out| {
            let point = Point {
                labels: labels.clone(),
                value: PointValue::Info,
            };
            let help = "What the process says of itself";
            out.push(Descriptor::new("target", help, "", Kind::Info).with(vec![point]));
        }));
    }

    /// Exposes what the policies around the calls of `port` have done, as long as they live.
    pub(crate) fn watch_policies(&self, port: &str, stack: &Arc<Stack>) {
        let labels = self.labels(&[(semconv::CHASSIS_PORT, port)]);
        self.shared.policies.watch(labels, stack);
    }

    /// Adds a counter without labels that is read when it is asked for.
    pub(crate) fn total(
        &self,
        name: &'static str,
        help: &'static str,
        read: impl Fn() -> u64 + Send + Sync + 'static,
    ) {
        #[expect(clippy::cast_precision_loss, reason = "exposed as a float anyway")]
        self.source(Box::new(move |out| {
            let point = Point {
                labels: Labels::new(),
                value: PointValue::Counter(read() as f64),
            };
            out.push(Descriptor::new(name, help, "", Kind::Counter).with(vec![point]));
        }));
    }

    /// Adds a gauge whose series are read when it is asked for: `read` is given what takes each.
    pub(crate) fn gauges(
        &self,
        name: &'static str,
        help: &'static str,
        read: impl Fn(&mut dyn FnMut(&[(&'static str, &str)], f64)) + Send + Sync + 'static,
    ) {
        let own = self.own.clone();
        self.source(Box::new(move |out| {
            let mut points = Vec::new();
            read(&mut |labels, value| {
                let given = labels
                    .iter()
                    .map(|(key, value)| ((*key).into(), (*value).to_owned().into()));
                points.push(Point {
                    labels: own.iter().cloned().chain(given).collect(),
                    value: PointValue::Gauge(value),
                });
            });
            out.push(Descriptor::new(name, help, "", Kind::Gauge).with(points));
        }));
    }

    /// Every metric with its series, at this moment.
    pub fn snapshot(&self) -> Vec<FamilySnapshot> {
        let shared = &*self.shared;
        let mut all = vec![
            shared.server.snapshot(),
            shared.active.snapshot(),
            shared.client.snapshot(),
            shared.port.snapshot(),
            shared.rejected.snapshot(),
        ];
        shared.policies.gather(&mut all);
        let users = shared.users.lock().unwrap_or_else(PoisonError::into_inner);
        all.extend(users.values().map(Users::snapshot));
        drop(users);
        let runtime = shared
            .runtime
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(runtime) = &*runtime {
            runtime::gather(runtime, &mut all);
        }
        drop(runtime);
        let sources = shared
            .sources
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        sources.iter().for_each(|source| source(&mut all));
        all.retain(|family| !family.points.is_empty());
        all
    }

    /// Adds metrics that are read when they are asked for.
    pub(crate) fn source(&self, source: Source) {
        let mut all = self
            .shared
            .sources
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        all.push(source);
    }

    /// A counter of the chassis' own. The same name and labels give the same counter.
    ///
    /// # Errors
    ///
    /// When the name is taken by another kind of metric.
    pub(crate) fn own_counter(
        &self,
        name: &'static str,
        help: &'static str,
        labels: &[(&'static str, &str)],
    ) -> Result<Counter> {
        let wanted = Descriptor::new(name, help, "", Kind::Counter);
        match self.family(&wanted, |it| Users::Counter(Arc::new(Family::new(it))))? {
            Users::Counter(family) => Ok(family.get(self.labels(labels), Counter::new)),
            other => Err(taken(other.descriptor())),
        }
    }

    /// The items that `method` of contract `port` streams to its readers. `None` where the name is
    /// taken by another kind of metric.
    pub(crate) fn items_sent(&self, port: &str, method: &str) -> Option<Counter> {
        self.items(port, method, "transmit")
    }

    /// The items that a stream of `method` of `port` gives to us.
    pub(crate) fn items_received(&self, port: &str, method: &str) -> Option<Counter> {
        self.items(port, method, "receive")
    }

    /// How often an instance of `port` was ejected for `reason`.
    pub(crate) fn ejections(&self, port: &str, reason: &str) -> Option<Counter> {
        let labels = [
            (semconv::CHASSIS_PORT, port),
            (semconv::CHASSIS_REASON, reason),
        ];
        let help = "Instances that were left out of the balance, by why";
        self.own_counter(semconv::CHASSIS_CLIENT_EJECTIONS, help, &labels)
            .ok()
    }

    fn items(&self, port: &str, method: &str, direction: &str) -> Option<Counter> {
        let labels = [
            (semconv::CHASSIS_PORT, port),
            (semconv::CHASSIS_METHOD, method),
            (semconv::NETWORK_IO_DIRECTION, direction),
        ];
        let help = "Items of streams";
        self.own_counter(semconv::CHASSIS_STREAM_ITEMS, help, &labels)
            .ok()
    }

    fn labels(&self, labels: &[(&'static str, &str)]) -> Labels {
        let given = labels.iter();
        let given = given.map(|(key, value)| ((*key).into(), (*value).to_owned().into()));
        self.own.iter().cloned().chain(given).collect()
    }
}

impl Shared {
    fn new() -> Self {
        let durations = |name, help| Family::new(Descriptor::new(name, help, "s", Kind::Histogram));
        Self {
            server: durations(
                semconv::HTTP_SERVER_REQUEST_DURATION,
                "Duration of HTTP requests that were served",
            ),
            active: Family::new(Descriptor::new(
                semconv::HTTP_SERVER_ACTIVE_REQUESTS,
                "HTTP requests that are being served",
                "",
                Kind::Gauge,
            )),
            client: durations(
                semconv::HTTP_CLIENT_REQUEST_DURATION,
                "Duration of HTTP calls to other services",
            ),
            port: durations(
                semconv::CHASSIS_PORT_CALL_DURATION,
                "Duration of calls through ports",
            ),
            rejected: Family::new(Descriptor::new(
                "chassis.context.rejected",
                "Context headers of requests that could not be read",
                "",
                Kind::Counter,
            )),
            policies: Policies::default(),
            users: Mutex::default(),
            runtime: Mutex::default(),
            sources: Mutex::default(),
        }
    }
}

/// `host:port` in its parts; a name without port is all host.
fn split_port(address: &str) -> (&str, Option<&str>) {
    match address.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !port.is_empty() => {
            (host, Some(port))
        }
        _ => (address, None),
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics")
            .field("own", &self.own)
            .finish_non_exhaustive()
    }
}
