//! [`Exchange`]: one request, from its head to the last thing that is recorded of it.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::{HeaderMap, StatusCode};

use super::connection::{Busy, Conn};
use super::edge::Edge;
use super::overload::Rated;
use super::recent::RecentRequest;
use super::route::Route;
use super::text::Text;
use super::watch::{OPTIONS, Watch};
use crate::Context;
use crate::context::{RequestId, SpanId};
use crate::policy::Outcome;
use crate::telemetry::{AccessRecord, semconv};

/// What is known of a request until it is answered.
pub(super) struct Exchange {
    pub(super) busy: Busy,
    pub(super) place: Place,
    pub(super) context: Context,
    pub(super) parent: Option<SpanId>,
    pub(super) started: Instant,
    /// The answer's headers, in the memory of the request's: it goes round from request to answer
    /// to the connection's next request.
    pub(super) headers: Option<HeaderMap>,
    /// Index of the request's method.
    pub(super) method: usize,
    /// The path, only where a span or a log line will need it.
    pub(super) path: Option<Text>,
    /// Bytes of the request's body, where the edge has read it.
    pub(super) body: Option<u64>,
    pub(super) head: bool,
    pub(super) http1: bool,
    /// How many items the answer had, where it streamed.
    pub(super) items: Option<u64>,
    /// What the answer says of its rate limit, where it has one.
    pub(super) rated: Option<Rated>,
    /// A call outward was tried enough: if this one fails, too, nobody above is to try it again.
    pub(super) exhausted: bool,
    recorded: bool,
}

/// Which watch counts a request as in flight.
#[derive(Debug, Clone, Copy)]
pub(super) enum Place {
    /// A contract's route.
    Route(usize),
    /// No contract knows the path.
    Elsewhere,
}

/// What the first line of a request says that the answer depends on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// Index of the method.
    pub(super) method: usize,
    pub(super) is_head: bool,
    pub(super) http1: bool,
}

/// How a request ended.
pub(super) struct Ending {
    /// 0: no answer came.
    pub(super) status: u16,
    pub(super) error_type: Option<&'static str>,
    pub(super) bytes: u64,
}

impl Exchange {
    pub(super) fn begin(
        busy: Busy,
        place: Place,
        (context, parent): (Context, Option<SpanId>),
        started: Instant,
        head: &Head,
        path: &str,
    ) -> Box<Self> {
        // Boxed, since it is handed on a dozen times until it is answered.
        let mut exchange = Box::new(Self {
            busy,
            place,
            context,
            parent,
            started,
            headers: None,
            method: head.method,
            path: None,
            body: None,
            head: head.is_head,
            http1: head.http1,
            items: None,
            rated: None,
            exhausted: false,
            recorded: false,
        });
        if !exchange.http1 {
            exchange.conn().count();
        }
        let watch = exchange.watch();
        watch.series.begin();
        // A span or a log line will need it.
        if exchange.context.trace().is_sampled() || watch.telemetry.access_log().is_on() {
            exchange.path = Some(Text::new(path));
        }
        exchange
    }

    pub(super) fn is_options(&self) -> bool {
        self.method == OPTIONS
    }

    pub(super) fn conn(&self) -> &Conn {
        self.busy.conn()
    }

    pub(super) fn edge(&self) -> &Edge {
        &self.busy.conn().edge
    }

    /// The contract's route; none where no contract knows the path.
    pub(super) fn route(&self) -> Option<&Route> {
        match self.place {
            Place::Route(index) => Some(self.edge().table().route(index)),
            Place::Elsewhere => None,
        }
    }

    /// Whether its end has been recorded.
    pub(super) fn is_recorded(&self) -> bool {
        self.recorded
    }

    /// Where the request is counted, unless a merged router's own route is known.
    pub(super) fn watch(&self) -> &Watch {
        let edge = self.edge();
        match self.place {
            Place::Route(index) => edge.table().route(index).watch(self.head),
            Place::Elsewhere => edge.elsewhere().of(self.method),
        }
    }

    /// How long the caller was ready to wait when it asked.
    pub(super) fn patience(&self) -> Duration {
        let deadline = self.context.deadline();
        deadline.map_or(Duration::ZERO, |at| {
            at.saturating_duration_since(self.started)
        })
    }

    /// Records the end, under `watch` if given: the route of a merged router.
    pub(super) fn record(&mut self, ending: &Ending, watch: Option<&Watch>) {
        self.recorded = true;
        let now = self.edge().env().now();
        self.conn().rest(now);
        self.busy.tell(now, ending.outcome());
        let elapsed = now.saturating_duration_since(self.started);
        let own = self.watch();
        own.series.end();
        let watch = watch.unwrap_or(own);
        let trace = self.context.trace();
        watch
            .series
            .record_traced(ending.status, ending.error_type, elapsed, trace);
        if self.edge().recent().wants(ending.status, elapsed) {
            self.remember(ending, watch, elapsed);
        }
        if self.path.is_some() {
            self.write(ending, watch, elapsed);
        }
    }

    /// Keeps it among the slow and failed ones.
    #[cold]
    fn remember(&self, ending: &Ending, watch: &Watch, elapsed: Duration) {
        if self.items.is_some() {
            // A stream lasts as long as its reader likes: that is not slow.
            return;
        }
        self.edge()
            .recent()
            .keep(self.recent(ending, watch, elapsed));
    }

    /// Keeps a stream among the failed ones: it was answered with 200 before it went wrong.
    #[cold]
    pub(super) fn remember_stream(&self, ending: &Ending) {
        let now = self.edge().env().now();
        let elapsed = now.saturating_duration_since(self.started);
        let request = self.recent(ending, self.watch(), elapsed);
        self.edge().recent().keep_failed(request);
    }

    fn recent(&self, ending: &Ending, watch: &Watch, elapsed: Duration) -> RecentRequest {
        RecentRequest {
            at: self.edge().env().wall(),
            telemetry: watch.telemetry.clone(),
            method: watch.method,
            route: Arc::clone(&watch.route),
            status: ending.status,
            error_type: ending.error_type,
            elapsed,
            trace_id: self.context.trace().trace_id,
            peer: self.conn().peer.map(|peer| peer.ip()),
        }
    }

    /// The span and the log line: seldom, so out of the way.
    #[cold]
    fn write(&self, ending: &Ending, watch: &Watch, elapsed: Duration) {
        let telemetry = &watch.telemetry;
        let path = self.path.as_ref().map_or("", Text::as_str);
        if self.context.trace().is_sampled() && telemetry.records() {
            let place = (self.context.trace(), self.parent);
            let mut span = watch.span(place, ending, (path, elapsed));
            if let Some(items) = self.items {
                let items = i64::try_from(items).unwrap_or(i64::MAX);
                let items = (semconv::CHASSIS_STREAM_ITEMS, items.into());
                span.attributes.push(items);
            }
            telemetry.record(span);
        }
        if telemetry.access_log().is_on() {
            telemetry.access_log().write(&AccessRecord {
                route: &watch.access,
                path,
                status: ending.logged(),
                error_type: ending.error_type,
                at: telemetry.env().wall(),
                elapsed,
                request_bytes: self.body,
                response_bytes: ending.bytes,
                trace: self.context.trace(),
                request_id: self.context.given_request_id().map(RequestId::as_str),
                peer: self.conn().peer_text(),
            });
        }
    }
}

impl Drop for Exchange {
    /// Not recorded yet: the caller hung up before there was an answer.
    fn drop(&mut self) {
        if !self.recorded {
            if !self.http1 {
                self.conn().take_back();
            }
            self.record(&Ending::none("cancelled"), None);
        }
        mem::take(&mut self.context).retire();
    }
}

impl Ending {
    /// What the access log says: 499 where the caller hung up, as nginx and those who read its logs have it.
    fn logged(&self) -> u16 {
        if self.status == 0 { 499 } else { self.status }
    }

    /// What the duration says of how busy the service is: nothing where it refused or was left, since
    /// that may have been quick for any reason. A call that found no answer in time took at least so long.
    fn outcome(&self) -> Outcome {
        match self.status {
            1..=399 | 504 => Outcome::Success,
            _ => Outcome::Ignored,
        }
    }

    /// No answer came, and why.
    pub(super) fn none(error_type: &'static str) -> Self {
        Self {
            status: 0,
            error_type: Some(error_type),
            bytes: 0,
        }
    }

    pub(super) fn new(status: StatusCode, error_type: Option<&'static str>, bytes: u64) -> Self {
        Self {
            status: status.as_u16(),
            error_type,
            bytes,
        }
    }
}
