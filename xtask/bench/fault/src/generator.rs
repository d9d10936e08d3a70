//! The loop: send what is due, read what came, sleep until the next of either.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};
use serde_json::Value;

use crate::Result;
use crate::connection::Connection;
use crate::plan::Plan;
use crate::tally::Tally;

/// How long after the end answers are still waited for, beyond their patience.
const LAST: Duration = Duration::from_secs(1);

/// A plan at work.
struct Generator<'a> {
    plan: &'a Plan,
    poll: Poll,
    connections: Vec<Connection>,
    /// When the request on a connection was due; none where it is idle.
    at_work: Vec<Option<Duration>>,
    /// The idle ones, used in turn, so that several addresses get as much each.
    idle: VecDeque<usize>,
    /// Due, and no connection was idle.
    waiting: VecDeque<Duration>,
    tally: Tally,
    start: Instant,
}

/// Offers what the plan says, and tells what became of it.
pub(crate) fn run(plan: &Plan) -> Result<Value> {
    let mut generator = Generator::new(plan)?;
    generator.offer()?;
    Ok(generator.tally.report(plan))
}

/// Opens a connection, again where the listener's queue was full: that it fills slowly is nothing that
/// a load measures.
fn open(connection: &mut Connection, poll: &Poll) -> io::Result<()> {
    let mut tries = 0;
    loop {
        match connection.open(poll.registry()) {
            Err(error) if error.kind() == ErrorKind::TimedOut && tries < 50 => tries += 1,
            other => return other.map(drop),
        }
    }
}

impl<'a> Generator<'a> {
    fn new(plan: &'a Plan) -> Result<Self> {
        let poll = Poll::new()?;
        let targets = plan
            .addresses
            .iter()
            .cycle()
            .take(plan.connections)
            .enumerate();
        let mut connections: Vec<Connection> = targets
            .map(|(index, address)| Connection::new(*address, Token(index)))
            .collect();
        for (index, connection) in connections.iter_mut().enumerate() {
            open(connection, &poll).map_err(|error| {
                format!(
                    "connection {index} of {} can't be opened: {error}",
                    plan.connections
                )
            })?;
        }
        Ok(Self {
            plan,
            poll,
            at_work: vec![None; connections.len()],
            idle: (0..connections.len()).collect(),
            connections,
            waiting: VecDeque::new(),
            tally: Tally::default(),
            start: Instant::now(),
        })
    }

    fn offer(&mut self) -> io::Result<()> {
        let requests = self.plan.requests();
        let end = self.plan.due(requests) + self.plan.patience + LAST;
        let mut events = Events::with_capacity(1024);
        let mut next = 0;
        loop {
            let now = self.start.elapsed();
            while next < requests && self.plan.due(next) <= now {
                self.waiting.push_back(self.plan.due(next));
                next += 1;
            }
            self.send(now);
            let over = next == requests
                && self.waiting.is_empty()
                && self.idle.len() == self.connections.len();
            if over || now >= end {
                return Ok(());
            }
            let until = if next < requests {
                self.plan.due(next)
            } else {
                end
            };
            let pause = until.saturating_sub(self.start.elapsed());
            match self.poll.poll(&mut events, Some(pause)) {
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                _ => {}
            }
            for event in &events {
                self.receive(event.token().0);
            }
        }
    }

    /// Sends what waits, as far as connections are idle. Who has waited longer than his patience
    /// is gone.
    fn send(&mut self, now: Duration) {
        while let Some(due) = self.waiting.front().copied() {
            if now > due + self.plan.patience {
                self.waiting.pop_front();
                continue;
            }
            let Some(index) = self.idle.pop_front() else {
                return;
            };
            self.waiting.pop_front();
            let is_measured = self.is_measured(due);
            if is_measured {
                self.tally.sent(self.start.elapsed().saturating_sub(due));
            }
            match self.connections[index].send(self.poll.registry(), &self.plan.request) {
                Ok(()) => self.at_work[index] = Some(due),
                Err(error) => self.fail(index, is_measured, &error),
            }
        }
    }

    fn receive(&mut self, index: usize) {
        let answer = self.connections[index].read();
        let now = self.start.elapsed();
        // An idle connection that the other side closed is opened again with its next request.
        let Some(due) = self.at_work[index] else {
            return;
        };
        match answer {
            Ok(None) => {}
            Ok(Some(status)) => {
                self.rest(index);
                if self.is_measured(due) {
                    self.tally
                        .answered(status, now.saturating_sub(due), self.plan.patience);
                }
            }
            Err(error) => self.fail(index, self.is_measured(due), &error),
        }
    }

    fn fail(&mut self, index: usize, is_measured: bool, error: &io::Error) {
        self.rest(index);
        if is_measured {
            self.tally.failed(error);
        }
    }

    fn rest(&mut self, index: usize) {
        self.at_work[index] = None;
        self.idle.push_back(index);
    }

    fn is_measured(&self, due: Duration) -> bool {
        due >= self.plan.warm
    }
}
