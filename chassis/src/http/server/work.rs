//! [`Work`]: a call that is under way.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use super::connection::Busy;
use super::merged::{self, Asked, Routed};
use crate::Context;
use crate::contract::Reply;
use crate::telemetry::was_logged;

/// A call that is under way: one box, whoever answers it.
pub(super) enum Work {
    /// By a contract.
    Contract(Pin<Box<dyn Future<Output = Reply> + Send>>),
    /// By the only merged router.
    Router(Box<Asked>),
    /// By the one of several routers that knows the path, or through layers.
    Routed(Pin<Box<dyn Future<Output = Routed> + Send>>),
}

/// What a call came to.
pub(super) enum Outcome {
    Reply(Reply),
    Routed(Routed),
    Panicked(Panic),
}

/// What a panic left behind.
pub(super) type Panic = Box<dyn Any + Send>;

impl Work {
    /// Polls the call within its context. A panic ends the call, not the connection.
    pub(super) fn poll(
        &mut self,
        context: &mut Context,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Outcome> {
        let poll = AssertUnwindSafe(|| context.lend(|| self.poll_inner(cx)));
        catch_unwind(poll).unwrap_or_else(|panic| Poll::Ready(Outcome::Panicked(panic)))
    }

    fn poll_inner(&mut self, cx: &mut TaskContext<'_>) -> Poll<Outcome> {
        match self {
            Self::Contract(call) => call.as_mut().poll(cx).map(Outcome::Reply),
            Self::Router(call) => Pin::new(&mut **call)
                .poll(cx)
                .map(|answer| Outcome::Routed(merged::only(answer))),
            Self::Routed(call) => call.as_mut().poll(cx).map(Outcome::Routed),
        }
    }

    /// Runs on to the call's end although its caller was answered. `place` is its place among the
    /// calls at work: it is given back when the work is done, not before.
    pub(super) fn detach(mut self, mut context: Context, place: Busy) {
        spawn(async move {
            let outcome = poll_fn(|cx| self.poll(&mut context, cx)).await;
            if let Outcome::Panicked(panic) = outcome {
                say_panic(&context, &*panic);
            }
            drop(place);
        });
    }
}

/// Runs `future` on the current runtime. Where there is none any more, the process ends.
pub(super) fn spawn(future: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(future);
    }
}

/// The panic's message is for the log, never for the caller. In a program of the chassis' own the hook has
/// logged it already, with the place.
#[cold]
pub(super) fn say_panic(context: &Context, panic: &(dyn Any + Send)) {
    if was_logged() {
        return;
    }
    let message = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message");
    // Within the call's context, so that the line carries its trace.
    context.enter(|| tracing::error!("a handler panicked: {message}"));
}
