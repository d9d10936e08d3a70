//! The memory of a context whose call is over, for the next call on the thread: most contexts are a
//! trace, a deadline and a component, so that nothing but these is written anew.

use std::cell::Cell;
use std::sync::Arc;

use super::Parts;

thread_local! {
    static SPARE: Cell<Option<Arc<Parts>>> = const { Cell::new(None) };
}

/// Parts that nobody else holds. All but trace, deadline and component are empty.
pub(super) fn take() -> Option<Arc<Parts>> {
    SPARE.try_with(Cell::take).ok().flatten()
}

/// Keeps `parts`, unless somebody else holds them or they say more than [`take`] promises.
pub(super) fn keep(mut parts: Arc<Parts>) {
    if Arc::get_mut(&mut parts).is_some_and(|parts| parts.is_plain()) {
        // Fails only where the thread ends.
        let _ = SPARE.try_with(|spare| spare.set(Some(parts)));
    }
}

impl Parts {
    fn is_plain(&self) -> bool {
        let Self {
            trace: _,
            deadline: _,
            component: _,
            request_id,
            baggage,
            idempotency_key,
            principal,
            priority,
        } = self;
        request_id.is_none()
            && baggage.is_empty()
            && idempotency_key.is_none()
            && principal.is_none()
            && priority.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;
    use crate::context::{ComponentId, Env, Ids, RequestId, TraceContext};

    fn begun(ids: &Ids, env: &Env) -> Context {
        let trace = TraceContext::root(ids.trace_id(), ids.span_id(), false);
        Context::begun(trace, env.now(), ComponentId::NONE)
    }

    fn address(context: &Context) -> Option<*const Parts> {
        context.0.as_ref().map(Arc::as_ptr)
    }

    #[test]
    fn the_next_call_has_the_memory_and_nothing_else() {
        let env = Env::seeded(1);
        let ids = Ids::new(&env);
        let first = begun(&ids, &env);
        let (memory, trace) = (address(&first), first.trace().clone());
        first.retire();
        let second = begun(&ids, &env);
        assert_eq!(address(&second), memory);
        assert_ne!(second.trace(), &trace);
    }

    #[test]
    fn what_somebody_holds_or_what_says_more_is_not_used_again() {
        let env = Env::seeded(1);
        let ids = Ids::new(&env);
        let first = begun(&ids, &env);
        let held = first.clone();
        first.retire();
        let second = begun(&ids, &env);
        assert_ne!(address(&second), address(&held));
        let given = RequestId::of_trace(ids.trace_id());
        second.with_request_id(given).retire();
        assert_eq!(begun(&ids, &env).given_request_id(), None);
    }
}
