//! What travels with a call: [`Context`], its parts and their wire formats; and [`Env`], behind
//! which time and randomness stand.
//!
//! Start at [`Context::current`]: inside a handler it is the context of the call being served.
//! [`Extractor`] reads a context from a request's headers, [`Context::inject`] writes it to those
//! of the next.

mod baggage;
mod component;
mod env;
mod extract;
mod found;
pub mod headers;
mod idempotency_key;
mod inject;
mod principal;
mod priority;
mod rejected;
mod request_id;
mod sampled_limit;
mod scope;
#[cfg(feature = "service")]
mod spare;
mod trace;
mod wire;

use std::sync::Arc;
use std::time::{Duration, Instant};

pub use baggage::{Baggage, BaggageError, BaggageMember};
pub use component::ComponentId;
#[cfg(feature = "service")]
pub use env::{Accept, Duplex, Listener, Network, Opening, Stream};
pub use env::{Alarm, Clock, Env, Ids, Moment, Random, Sleep, Sweeper, Timer, TimerKey};
pub use extract::{Extracted, Extractor, Trust};
use idempotency_key::Given;
pub use idempotency_key::IdempotencyKey;
#[cfg(feature = "service")]
pub(crate) use idempotency_key::{FNV, fnv};
#[cfg(feature = "service")]
pub(crate) use inject::{Setter, carve};
pub use principal::Principal;
pub use priority::Priority;
pub use rejected::{Carrier, Reason, Rejected};
pub use request_id::RequestId;
pub use sampled_limit::SampledLimit;
pub use scope::Scoped;
#[cfg(feature = "service")]
pub(crate) use scope::{noticing, replace, say_exhausted};
pub use trace::{SpanId, TraceContext, TraceFlags, TraceId};

/// What travels with a call. A cheap clone.
///
/// The `with_…` methods change it in place as long as nobody else holds a clone, so that building
/// one costs a single allocation; an empty one costs none.
#[derive(Debug, Clone, Default)]
pub struct Context(Option<Arc<Parts>>);

#[derive(Debug, Clone)]
struct Parts {
    trace: TraceContext,
    deadline: Option<Instant>,
    request_id: Option<RequestId>,
    baggage: Baggage,
    idempotency_key: Option<Given>,
    principal: Option<Principal>,
    priority: Option<Priority>,
    component: ComponentId,
}

impl Parts {
    const EMPTY: Self = Self {
        trace: TraceContext {
            trace_id: TraceId([0; 16]),
            span_id: SpanId([0; 8]),
            flags: TraceFlags(0),
            state: None,
        },
        deadline: None,
        request_id: None,
        baggage: Baggage::EMPTY,
        idempotency_key: None,
        principal: None,
        priority: None,
        component: ComponentId::NONE,
    };
}

impl Context {
    /// The context of the call that this code serves, or an empty one outside of any call.
    pub fn current() -> Self {
        scope::current()
    }

    /// Where the call stands in its trace; not valid outside of any.
    pub fn trace(&self) -> &TraceContext {
        &self.parts().trace
    }

    /// When the caller stops waiting.
    pub fn deadline(&self) -> Option<Instant> {
        self.parts().deadline
    }

    /// What is left until the deadline; zero when it has passed, `None` when there is none.
    pub fn remaining(&self, now: Instant) -> Option<Duration> {
        self.deadline().map(|at| at.saturating_duration_since(now))
    }

    /// The id of the request: the caller's, else the trace id. `None` outside of any trace.
    pub fn request_id(&self) -> Option<RequestId> {
        let parts = self.parts();
        parts.request_id.or_else(|| {
            let id = parts.trace.trace_id;
            id.is_valid().then(|| RequestId::of_trace(id))
        })
    }

    /// The caller's own id of the request; `None` where the trace id stands for it.
    #[cfg(feature = "service")]
    pub(crate) fn given_request_id(&self) -> Option<&RequestId> {
        self.parts().request_id.as_ref()
    }

    /// What the application sends along.
    pub fn baggage(&self) -> &Baggage {
        &self.parts().baggage
    }

    /// What makes this call and its repetitions one.
    pub fn idempotency_key(&self) -> Option<&IdempotencyKey> {
        self.parts().idempotency_key.as_ref().map(|it| &it.key)
    }

    /// On whose behalf the call is made.
    pub fn principal(&self) -> Option<&Principal> {
        self.parts().principal.as_ref()
    }

    /// How urgent the call is; the default when the caller didn't say.
    pub fn priority(&self) -> Priority {
        self.parts().priority.unwrap_or_default()
    }

    /// The component of this process that serves the call; never on the wire.
    pub fn component(&self) -> ComponentId {
        self.parts().component
    }

    /// The same, served by another component.
    #[must_use]
    pub fn with_component(mut self, component: ComponentId) -> Self {
        if self.component() != component {
            self.parts_mut().component = component;
        }
        self
    }

    /// The same at another place in the trace.
    #[must_use]
    pub fn with_trace(mut self, trace: TraceContext) -> Self {
        self.parts_mut().trace = trace;
        self
    }

    /// The same with the deadline `deadline`, or the one it has if that is earlier.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        if self.deadline().is_none_or(|own| deadline < own) {
            self.parts_mut().deadline = Some(deadline);
        }
        self
    }

    /// The same without a deadline: for what goes on after the call that had one.
    pub(crate) fn without_deadline(mut self) -> Self {
        if self.deadline().is_some() {
            self.parts_mut().deadline = None;
        }
        self
    }

    /// The same with another request id.
    #[must_use]
    pub fn with_request_id(mut self, id: RequestId) -> Self {
        self.parts_mut().request_id = Some(id);
        self
    }

    /// The same with other baggage.
    #[must_use]
    pub fn with_baggage(mut self, baggage: Baggage) -> Self {
        self.parts_mut().baggage = baggage;
        self
    }

    /// The same with an idempotency key, or without one.
    #[must_use]
    pub fn with_idempotency_key(mut self, key: Option<IdempotencyKey>) -> Self {
        self.parts_mut().idempotency_key = key.map(Given::new);
        self
    }

    /// Notes in short what the call asks for that its idempotency key came with.
    #[cfg_attr(
        not(feature = "service"),
        expect(dead_code, reason = "only a server knows the request")
    )]
    pub(crate) fn note_request(&self, fingerprint: u128) {
        if let Some(given) = &self.parts().idempotency_key {
            let _ = given.request().set(fingerprint);
        }
    }

    /// What was noted of it; `None` outside of a server.
    #[cfg_attr(
        not(feature = "sqlite"),
        expect(dead_code, reason = "only who remembers a key's effects compares")
    )]
    pub(crate) fn noted_request(&self) -> Option<u128> {
        self.parts()
            .idempotency_key
            .as_ref()?
            .request()
            .get()
            .copied()
    }

    /// The key for the next call of `method` of `contract` that is made on behalf of this one;
    /// `None` where this one has none.
    #[cfg(feature = "service")]
    pub(crate) fn next_key(&self, contract: &'static str, method: usize) -> Option<IdempotencyKey> {
        let given = self.parts().idempotency_key.as_ref()?;
        Some(given.next(contract, method))
    }

    /// The same for the callee of a call within this process: what another process would be told
    /// of the key.
    pub(crate) fn for_callee(
        self,
        contract: &'static str,
        method: usize,
        is_idempotent: bool,
    ) -> Self {
        let Some(given) = &self.parts().idempotency_key else {
            return self;
        };
        let key = is_idempotent.then(|| given.next(contract, method));
        self.with_idempotency_key(key)
    }

    /// The same on behalf of `principal`.
    #[must_use]
    pub fn with_principal(mut self, principal: Principal) -> Self {
        self.parts_mut().principal = Some(principal);
        self
    }

    /// The same with another priority.
    #[must_use]
    pub fn with_priority(mut self, priority: Priority) -> Self {
        self.parts_mut().priority = Some(priority);
        self
    }

    /// A call that came without any context: the same as the `with_…` methods, in one step.
    #[cfg(feature = "service")]
    pub(crate) fn begun(trace: TraceContext, deadline: Instant, component: ComponentId) -> Self {
        let mut parts = spare::take().unwrap_or_else(|| Arc::new(Parts::EMPTY));
        let own = Arc::make_mut(&mut parts);
        own.trace = trace;
        own.deadline = Some(deadline);
        own.component = component;
        Self(Some(parts))
    }

    /// The call is over: its memory is for the next that [begins](Self::begun), unless somebody still
    /// holds a clone.
    #[cfg(feature = "service")]
    pub(crate) fn retire(self) {
        if let Some(parts) = self.0 {
            spare::keep(parts);
        }
    }

    /// Whether nothing is known of the call.
    #[cfg(feature = "service")]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn of(parts: Parts) -> Self {
        Self(Some(Arc::new(parts)))
    }

    fn parts(&self) -> &Parts {
        static EMPTY: Parts = Parts::EMPTY;
        self.0.as_deref().unwrap_or(&EMPTY)
    }

    fn parts_mut(&mut self) -> &mut Parts {
        Arc::make_mut(self.0.get_or_insert_with(|| Arc::new(Parts::EMPTY)))
    }
}

#[cfg(test)]
mod tests;
