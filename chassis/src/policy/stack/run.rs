//! [`Call::run`]: attempts, one after the other or two at once, until there is a result.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Instant;

use super::{Again, Attempt, Call, Ending, Exhausted, Next, Verdict};
use crate::context::Alarm;

/// What can make the attempts of one call, and tell how they went.
pub trait Attempts: Sync {
    /// What an attempt gives: mostly a `Result`.
    type Output: Send;

    /// Makes one attempt. It must be over at the attempt's limit. Two may be under way at once;
    /// dropped, it was given up.
    fn attempt(&self, attempt: Attempt) -> impl Future<Output = Ended<Self::Output>> + Send;

    /// What a result means.
    fn judge(&self, output: &Self::Output) -> Verdict;
}

/// An attempt that is over.
#[derive(Debug)]
pub struct Ended<T> {
    /// What it gave.
    pub output: T,
    /// When: read once, by whoever knows it first.
    pub at: Instant,
}

/// A call that is over.
#[derive(Debug)]
pub struct Finished<T> {
    /// What its last attempt gave.
    pub output: T,
    /// How many attempts there were, and why no more.
    pub ending: Ending,
    /// When.
    pub at: Instant,
}

impl Call<'_> {
    /// Makes attempts until one of them gives the result of the call.
    pub async fn run<A: Attempts>(mut self, attempts: &A) -> Finished<A::Output> {
        let mut now = self.began();
        loop {
            let ended = self.one(attempts, now).await;
            let verdict = attempts.judge(&ended.output);
            match self.next(&verdict, ended.at) {
                Next::Done(exhausted) => return self.finished(ended, &verdict, exhausted),
                Next::Again(at) => match self.pause(at).await {
                    Ok(awake) => now = awake,
                    Err(late) => return self.finished(ended, &verdict, Some(late)),
                },
            }
        }
    }

    fn finished<T>(
        self,
        last: Ended<T>,
        verdict: &Verdict,
        exhausted: Option<Exhausted>,
    ) -> Finished<T> {
        Finished {
            ending: self.end(verdict, exhausted, last.at),
            output: last.output,
            at: last.at,
        }
    }

    /// One attempt, and its hedge if it needs one.
    async fn one<A: Attempts>(&mut self, attempts: &A, now: Instant) -> Ended<A::Output> {
        let attempt = self.attempt(now);
        // Pinned once: awaited by value it would stand twice in what the caller boxes.
        let mut first = pin!(attempts.attempt(attempt));
        match self.hedge_at(now) {
            None => first.as_mut().await,
            Some(at) => self.race(attempts, first, at).await,
        }
    }

    /// The first good answer of `first` and of a hedge beside it from `at` on.
    async fn race<A, F>(
        &mut self,
        attempts: &A,
        mut first: Pin<&mut F>,
        at: Instant,
    ) -> Ended<A::Output>
    where
        A: Attempts,
        F: Future<Output = Ended<A::Output>> + Send,
    {
        let env = &self.stack().env;
        let mut alarm = Alarm::new(env, at);
        let early = poll_fn(|cx| match first.as_mut().poll(cx) {
            Poll::Ready(ended) => Poll::Ready(Some(ended)),
            Poll::Pending => alarm.poll_elapsed(cx).map(|()| None),
        });
        if let Some(ended) = early.await {
            return ended;
        }
        drop(alarm);
        let Some(hedge) = self.hedge(env.now()) else {
            return first.await;
        };
        // Boxed: there is one in twenty at most, and every call would carry its room.
        let second = Box::pin(attempts.attempt(hedge));
        Race {
            first: Some(first),
            second: Some(second),
            attempts,
        }
        .await
    }
}

/// Two attempts at once. The first that needs no other one wins, and the other is dropped; when
/// one of them fails, the other decides.
struct Race<'a, A: Attempts, F, S> {
    first: Option<Pin<&'a mut F>>,
    second: Option<Pin<Box<S>>>,
    attempts: &'a A,
}

impl<A, F, S> Race<'_, A, F, S>
where
    A: Attempts,
{
    fn wins(&self, ended: &Ended<A::Output>, other: bool) -> bool {
        !other || self.attempts.judge(&ended.output).again == Again::Never
    }
}

impl<A, F, S> Future for Race<'_, A, F, S>
where
    A: Attempts,
    F: Future<Output = Ended<A::Output>>,
    S: Future<Output = Ended<A::Output>>,
{
    type Output = Ended<A::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        if let Some(first) = &mut this.first
            && let Poll::Ready(ended) = first.as_mut().poll(cx)
        {
            this.first = None;
            if this.wins(&ended, this.second.is_some()) {
                return Poll::Ready(ended);
            }
        }
        if let Some(second) = &mut this.second
            && let Poll::Ready(ended) = second.as_mut().poll(cx)
        {
            this.second = None;
            if this.wins(&ended, this.first.is_some()) {
                return Poll::Ready(ended);
            }
        }
        Poll::Pending
    }
}
