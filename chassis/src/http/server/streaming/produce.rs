//! What the producer gives: items, the end, or nothing yet.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use bytes::Bytes;

use super::{Open, work};
use crate::ProblemDetails;
use crate::context::Alarm;
use crate::contract::{Frame, FrameKind};

/// What a poll gives.
pub(super) enum Given {
    Bytes(Bytes),
    /// The last ones, and the `error.type` that it ends with.
    Last(Bytes, Option<&'static str>),
}

impl Open {
    pub(super) fn poll(&mut self, cx: &mut TaskContext<'_>) -> Poll<Given> {
        self.owed = None;
        if self.conn().is_draining() {
            self.conn().cut_short.store(true, Relaxed);
            let bytes = self.retry();
            return Poll::Ready(self.give(bytes, None));
        }
        match self.poll_frame(cx) {
            Poll::Ready(frame) => Poll::Ready(self.frame(frame)),
            Poll::Pending => {
                if self.env().now() >= self.last + *self.settings().heartbeat {
                    let bytes = self.format().heartbeat();
                    return Poll::Ready(self.given(bytes));
                }
                if !self
                    .task
                    .as_ref()
                    .is_some_and(|task| task.will_wake(cx.waker()))
                {
                    self.task = Some(cx.waker().clone());
                }
                Poll::Pending
            }
        }
    }

    /// Asks the producer, within its context. An item that is late and a panic are the stream's end.
    fn poll_frame(&mut self, cx: &mut TaskContext<'_>) -> Poll<Frame> {
        if let (None, Some(timeout)) = (&self.waiting, self.item_timeout) {
            let at = self.env().now() + timeout;
            let alarm = Alarm::new(self.env().clone(), at);
            self.waiting = Some((alarm, self.context.clone().with_deadline(at)));
        }
        let context = match &mut self.waiting {
            Some((_, context)) => context,
            None => &mut self.context,
        };
        let frames = &mut self.frames;
        let poll = AssertUnwindSafe(|| context.lend(|| frames.poll_frame(cx)));
        match catch_unwind(poll) {
            Ok(Poll::Ready(frame)) => {
                self.waiting = None;
                Poll::Ready(frame)
            }
            Ok(Poll::Pending) => self.poll_late(cx),
            Err(panic) => {
                work::say_panic(&self.context, &*panic);
                let problem = ProblemDetails::chassis("panic", 500);
                Poll::Ready(self.format().failed(&problem, "panic"))
            }
        }
    }

    fn poll_late(&mut self, cx: &mut TaskContext<'_>) -> Poll<Frame> {
        const KIND: &str = "deadline";
        let (Some((alarm, _)), Some(limit)) = (&mut self.waiting, self.item_timeout) else {
            return Poll::Pending;
        };
        let format = self.frames.format();
        alarm.poll_elapsed(cx).map(|()| {
            let problem = ProblemDetails::chassis(KIND, 504);
            let problem = problem.with_detail(format!("no item within {limit:?}"));
            format.failed(&problem, KIND)
        })
    }

    fn frame(&mut self, frame: Frame) -> Given {
        match frame.kind {
            FrameKind::Item => {
                self.count += 1;
                if let Some(items) = &self.items {
                    items.inc();
                }
                self.given(frame.bytes)
            }
            FrameKind::End => self.give(frame.bytes, None),
            FrameKind::Failed(kind) => self.give(frame.bytes, Some(kind)),
        }
    }

    fn given(&mut self, bytes: Bytes) -> Given {
        let now = self.env().now();
        self.bytes += bytes.len() as u64;
        self.last = now;
        self.owed = Some(now);
        Given::Bytes(bytes)
    }

    fn give(&mut self, bytes: Bytes, error_type: Option<&'static str>) -> Given {
        self.bytes += bytes.len() as u64;
        Given::Last(bytes, error_type)
    }

    /// When the reader is to come back: spread, so that not all come at once.
    fn retry(&self) -> Bytes {
        let least = *self.settings().retry;
        let spread = self.env().random() % (least.as_millis() as u64).max(1);
        self.format().retry(least + Duration::from_millis(spread))
    }
}
