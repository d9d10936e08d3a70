//! [`Reading`]: a stream's bytes as items again.
//!
//! `lines.rs` cuts the bytes into lines of bounded length; `events.rs` makes of lines what
//! server-sent events say, `ndjson.rs` what NDJSON does.

mod events;
mod lines;
mod ndjson;

use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};

use futures_core::Stream;
use serde::de::DeserializeOwned;

use self::events::{Event, Events};
use self::lines::Lines;
use super::{Chunks, Format, Item};
use crate::contract::MethodInfo;
use crate::{CallError, Problem, ProblemDetails};

/// What one line, or some lines together, say.
#[derive(Debug, PartialEq)]
enum Said<T> {
    /// A value, and its id.
    Item(T, Option<String>),
    /// The stream failed.
    Error(Box<ProblemDetails>),
    /// The stream is over.
    End,
    /// It is not over, but ends: ask again after so many milliseconds.
    Retry(u64),
}

/// What a wire format makes of lines.
enum Parser {
    Events(Events),
    Lines,
}

impl Parser {
    /// What `line` completes, if it completes anything; or what is wrong with it.
    fn line<T: DeserializeOwned>(&mut self, line: &[u8]) -> Result<Option<Said<T>>, String> {
        match self {
            Self::Events(events) => events.line(line).map(Event::read).transpose(),
            Self::Lines => ndjson::line(line),
        }
    }

    /// Bytes that are kept until the item is complete.
    fn kept(&self) -> usize {
        match self {
            Self::Events(events) => events.kept(),
            Self::Lines => 0,
        }
    }
}

/// Reads the items of one answer.
pub(in crate::contract) struct Reading<T, E> {
    chunks: Pin<Box<dyn Chunks>>,
    lines: Lines,
    parser: Parser,
    max_item: usize,
    origin: Origin,
    read: u64,
    retry: Option<u64>,
    is_over: bool,
    gives: PhantomData<fn() -> (T, E)>,
}

/// Whose answer it is, for messages and for the types of problems.
pub(in crate::contract) struct Origin {
    pub(in crate::contract) contract: &'static str,
    pub(in crate::contract) method: &'static MethodInfo,
}

impl<T: DeserializeOwned, E: Problem + From<CallError>> Reading<T, E> {
    pub(in crate::contract) fn new(
        chunks: Pin<Box<dyn Chunks>>,
        format: Format,
        origin: Origin,
    ) -> Self {
        let max_item = chunks.max_item();
        Self {
            chunks,
            lines: Lines::default(),
            parser: match format {
                Format::Events => Parser::Events(Events::default()),
                Format::Lines => Parser::Lines,
            },
            max_item,
            origin,
            read: 0,
            retry: None,
            is_over: false,
            gives: PhantomData,
        }
    }

    /// What the bytes that are there say next.
    fn said(&mut self) -> Result<Option<Said<T>>, CallError> {
        while let Some(line) = self.lines.next() {
            let said = self
                .parser
                .line(&line)
                .map_err(|what| self.unknown(&what))?;
            if said.is_some() {
                return Ok(said);
            }
            self.check_size()?;
        }
        self.check_size()?;
        Ok(None)
    }

    /// Nothing is kept without end, whatever the callee sends.
    fn check_size(&self) -> Result<(), CallError> {
        let kept = self.lines.kept() + self.parser.kept();
        // What frames an item is not the item.
        const FRAME: usize = 1 << 10;
        if kept > self.max_item + FRAME {
            let (limit, contract) = (self.max_item, self.origin.contract);
            return Err(self.unknown(&format!(
                "it has more than {limit} bytes (client.{contract}.max_item)"
            )));
        }
        Ok(())
    }

    /// The typed error that the callee's stream ended with.
    fn error(&self, problem: Box<ProblemDetails>) -> E {
        E::from_problem(problem, self.origin.contract)
            .unwrap_or_else(|unknown| CallError::Problem(unknown).into())
    }

    fn unknown(&self, reason: &str) -> CallError {
        CallError::Answer {
            service: self.origin.contract.to_owned(),
            reason: format!(
                "`{}`, item {}: {reason}",
                self.origin.method.name,
                self.read + 1
            ),
        }
    }

    /// The bytes ended, and the stream did not say that it was over.
    fn cut(&self) -> CallError {
        let read = self.read;
        let source = match self.retry {
            Some(pause) => format!(
                "the service ended the stream after {read} items, as it does when it stops; ask \
                 again in {pause} ms, with the last item's id"
            ),
            None => format!("the stream broke off after {read} items, without its end"),
        };
        CallError::Interrupted {
            service: self.origin.contract.to_owned(),
            source: source.into(),
        }
    }

    /// The stream is over; whoever carried it is told how.
    fn over(&mut self, last: Option<E>) -> Poll<Option<Result<Item<T>, E>>> {
        self.is_over = true;
        self.chunks.as_mut().end(last.as_ref().map(Problem::kind));
        Poll::Ready(last.map(Err))
    }

    fn step(&mut self, cx: &mut TaskContext<'_>) -> Poll<Option<Result<Item<T>, E>>> {
        loop {
            match self.said() {
                Err(error) => return self.over(Some(error.into())),
                Ok(Some(Said::Item(value, id))) => {
                    self.read += 1;
                    self.chunks.as_mut().item();
                    return Poll::Ready(Some(Ok(Item { value, id })));
                }
                Ok(Some(Said::Error(problem))) => {
                    let error = self.error(problem);
                    return self.over(Some(error));
                }
                Ok(Some(Said::End)) => return self.over(None),
                Ok(Some(Said::Retry(pause))) => self.retry = Some(pause),
                Ok(None) => match ready!(self.chunks.as_mut().poll_chunk(cx)) {
                    Some(Ok(chunk)) => self.lines.add(&chunk),
                    Some(Err(error)) => return self.over(Some(error.into())),
                    None => {
                        let error = self.cut();
                        return self.over(Some(error.into()));
                    }
                },
            }
        }
    }
}

impl<T: DeserializeOwned, E: Problem + From<CallError>> Stream for Reading<T, E> {
    type Item = Result<Item<T>, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if this.is_over {
            return Poll::Ready(None);
        }
        this.step(cx)
    }
}
