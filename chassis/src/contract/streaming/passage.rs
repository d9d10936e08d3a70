//! [`Crossing::stream`]: a call whose answer comes item by item is one crossing to its last item.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::Response;

use super::{Chunks, Item, Received, Streaming};
use crate::context::Alarm;
use crate::port::{Call, Crossing, Meaning, Outcome, error_type};
use crate::{CallError, Context};

impl Crossing {
    /// Runs `future` as one call of `method`, which lasts until the stream that it gives is over
    /// or dropped. The caller's deadline holds until there is a stream; from then on each item
    /// has `item_timeout`, if there is one.
    ///
    /// # Errors
    ///
    /// What `future` gives, and what [`call`](Self::call) adds. The stream may end with what its
    /// items give, with [`CallError::Timeout`] when an item is late, and with
    /// [`CallError::Panic`].
    pub async fn stream<T, S, E, F>(
        &self,
        method: usize,
        item_timeout: Option<Duration>,
        future: F,
    ) -> Result<Streaming<T, S>, E>
    where
        T: 'static,
        S: From<CallError> + 'static,
        E: From<CallError>,
        F: Future<Output = Result<Streaming<T, S>, E>>,
    {
        let mut call = Call::begin(self.clone(), method);
        let items = call.run(Meaning::unsaid, future).await?.into_items();
        Ok(crossed(call, item_timeout, items))
    }

    /// The same for a port's method: `judge` says what an error means to the port's policies, which
    /// guard the call until there is a stream.
    ///
    /// # Errors
    ///
    /// As [`stream`](Self::stream), and what the policies refuse.
    pub async fn streamed<T, S, E, F>(
        &self,
        method: usize,
        judge: fn(&E) -> Meaning,
        future: F,
    ) -> Result<Streaming<T, S>, E>
    where
        T: 'static,
        S: From<CallError> + 'static,
        E: From<CallError>,
        F: Future<Output = Result<Streaming<T, S>, E>>,
    {
        let mut call = Call::begin(self.clone(), method);
        let items = call.run(judge, future).await?.into_items();
        Ok(crossed(call, None, items))
    }

    /// The same for a stream of bytes: the wire format within one process.
    pub(crate) async fn chunks(
        &self,
        method: usize,
        item_timeout: Option<Duration>,
        future: impl Future<Output = Result<Response<Received>, CallError>>,
    ) -> Result<Response<Received>, CallError> {
        let mut call = Call::begin(self.clone(), method);
        let response = call.run(Meaning::unsaid, future).await?;
        Ok(response.map(|body| match body {
            Received::Whole(bytes) => Received::Whole(bytes),
            Received::Chunks(chunks) => Received::Chunks(Box::pin(Crossed {
                passage: Some(Passage::new(call, item_timeout)),
                items: chunks,
            })),
        }))
    }
}

/// The items of a call that goes on until they are over.
fn crossed<T: 'static, S: From<CallError> + 'static>(
    call: Call<Crossing>,
    item_timeout: Option<Duration>,
    items: Items<T, S>,
) -> Streaming<T, S> {
    let passage = Some(Passage::new(call, item_timeout));
    Streaming::boxed(Box::pin(Crossed { passage, items }))
}

type Items<T, S> = Pin<Box<dyn Stream<Item = Result<Item<T>, S>> + Send>>;

/// A stream on its way across.
struct Crossed<I> {
    /// None when the stream is over.
    passage: Option<Passage>,
    items: I,
}

/// What the chassis does around each poll of a stream: context, limit of an item, no panic across.
struct Passage {
    call: Call<Crossing>,
    /// Without the caller's deadline, which was one for the stream to begin.
    context: Context,
    item_timeout: Option<Duration>,
    /// Set while an item is waited for that has a limit.
    waiting: Option<(Alarm, Context)>,
}

impl Passage {
    fn new(mut call: Call<Crossing>, item_timeout: Option<Duration>) -> Self {
        call.stream();
        Self {
            context: call.context.clone().without_deadline(),
            call,
            item_timeout,
            waiting: None,
        }
    }

    fn poll<R>(&mut self, poll: impl FnOnce() -> Poll<R>) -> Result<Poll<R>, CallError> {
        if let (None, Some(timeout)) = (&self.waiting, self.item_timeout) {
            let env = &self.call.crossing.env;
            let at = env.now() + timeout;
            let context = self.context.clone().with_deadline(at);
            self.waiting = Some((Alarm::new(env.clone(), at), context));
        }
        let context = match &mut self.waiting {
            Some((_, context)) => context,
            None => &mut self.context,
        };
        catch_unwind(AssertUnwindSafe(|| context.lend(poll))).map_err(|_| CallError::Panic {
            service: self.call.crossing.name.to_owned(),
        })
    }

    /// What is waited for is late.
    fn late(&mut self, cx: &mut TaskContext<'_>) -> Poll<CallError> {
        let (Some((alarm, _)), Some(limit)) = (&mut self.waiting, self.item_timeout) else {
            return Poll::Pending;
        };
        let service = self.call.crossing.name;
        alarm.poll_elapsed(cx).map(|()| CallError::Timeout {
            service: service.to_owned(),
            limit,
        })
    }
}

impl<I> Crossed<I> {
    /// One poll of the items. An error is the last thing that the stream gives.
    fn poll<R>(
        &mut self,
        cx: &mut TaskContext<'_>,
        poll: impl FnOnce(&mut I, &mut TaskContext<'_>) -> Poll<R>,
    ) -> Poll<Result<R, CallError>> {
        let Some(passage) = &mut self.passage else {
            return Poll::Pending;
        };
        match passage.poll(|| poll(&mut self.items, cx)) {
            Ok(Poll::Ready(item)) => {
                passage.waiting = None;
                Poll::Ready(Ok(item))
            }
            Ok(Poll::Pending) => passage.late(cx).map(Err),
            Err(panic) => Poll::Ready(Err(panic)),
        }
    }

    fn end(&mut self, outcome: Outcome) {
        if let Some(mut passage) = self.passage.take() {
            passage.call.outcome = outcome;
        }
    }
}

impl<T, S: From<CallError>> Stream for Crossed<Items<T, S>> {
    type Item = Result<Item<T>, S>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.passage.is_none() {
            return Poll::Ready(None);
        }
        let next = match this.poll(cx, |items, cx| items.as_mut().poll_next(cx)) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(next) => next.unwrap_or_else(|error| Some(Err(error.into()))),
        };
        match (&next, &mut this.passage) {
            (Some(Ok(_)), Some(passage)) => passage.call.item(),
            (Some(_), _) => this.end(Outcome::Error(error_type::<S>())),
            (None, _) => this.end(Outcome::Ok),
        }
        Poll::Ready(next)
    }
}

impl Chunks for Crossed<Pin<Box<dyn Chunks>>> {
    fn poll_chunk(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Bytes, CallError>>> {
        let next = self
            .get_mut()
            .poll(cx, |chunks, cx| chunks.as_mut().poll_chunk(cx));
        next.map(|next| next.unwrap_or_else(|error| Some(Err(error))))
    }

    fn max_item(&self) -> usize {
        self.items.max_item()
    }

    fn item(mut self: Pin<&mut Self>) {
        if let Some(passage) = &mut self.passage {
            passage.call.item();
        }
    }

    fn end(mut self: Pin<&mut Self>, error_type: Option<&'static str>) {
        (*self).end(match error_type {
            None => Outcome::Ok,
            Some(error_type) => Outcome::Error(error_type),
        });
    }
}
