//! [`Watch`]: the time and the drain of one connection.
//!
//! All of it hangs on one alarm a connection, which is set late and seldom, and on words that a
//! request stores into: no timer and no channel a request.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context as TaskContext, Poll, Waker};
use std::time::{Duration, Instant};

use super::{ALARM, CUT, Conn, DRAIN, Http};
use crate::context::Alarm;

/// The connection's time and drain.
pub(super) struct Watch {
    conn: Arc<Conn>,
    ring: Waker,
    /// The next look at the time. It may ring early: what counts is what is found then.
    alarm: Option<Alarm>,
    /// When the first bytes of an incomplete head were seen.
    head: Option<Instant>,
    /// Set when hyper was told to end the connection: then it has until this instant.
    leaving: Option<Instant>,
}

impl Watch {
    /// How long a connection without a byte is kept when the server drains: its first request may
    /// still lie in the socket. And how long HTTP/2 may take to say good-bye.
    const GRACE: Duration = Duration::from_secs(1);

    /// How long a connection of HTTP/1 must have been quiet before a drain ends it: a caller that asks
    /// again and again may have sent its next request, and HTTP/1 has no word to take it back.
    const LULL: Duration = Duration::from_millis(50);

    pub(super) fn new(conn: Arc<Conn>) -> Self {
        Self {
            ring: Waker::from(Arc::clone(&conn)),
            conn,
            alarm: None,
            head: None,
            leaving: None,
        }
    }

    pub(super) fn poll(
        &mut self,
        mut http: Pin<&mut Http<'_>>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<()> {
        self.conn.task.get_or_init(|| cx.waker().clone());
        loop {
            if let Poll::Ready(end) = http.as_mut().poll(cx) {
                if let Err(error) = end {
                    self.conn.edge.counters().broken(&*error);
                }
                return Poll::Ready(());
            }
            // The one thing that each poll pays for drain and timeouts.
            let signals = self.conn.signals.load(Relaxed);
            if signals & ALARM != 0 {
                self.conn.signals.fetch_and(!ALARM, Relaxed);
                self.alarm = None;
            }
            if signals & DRAIN != 0 && self.may_leave() {
                // hyper ends the connection with the next poll, or after what it is at.
                http.as_mut().graceful_shutdown();
                self.leaving = Some(self.conn.edge.env().now());
                continue;
            }
            if signals == 0 && self.is_watched() {
                return Poll::Pending;
            }
            if signals & CUT != 0 {
                return Poll::Ready(());
            }
            return self.settle(http.as_mut(), signals & ALARM != 0);
        }
    }

    /// Whether the alarm that is set rings early enough, so that nothing need be computed: it does
    /// unless a head has begun to come, which has less time than an idle connection.
    fn is_watched(&self) -> bool {
        self.alarm.is_some() && !self.conn.reading.load(Relaxed) && self.leaving.is_none()
    }

    /// Whether the connection can be ended without losing a request: hyper drops a connection
    /// whose first request it has not read yet.
    fn may_leave(&self) -> bool {
        if self.leaving.is_some() {
            return false;
        }
        let now = || self.conn.edge.env().now();
        self.is_busy() || (self.is_between() && now() >= self.lull()) || now() >= self.grace()
    }

    /// Whether it has served a request, and nothing of another has come.
    fn is_between(&self) -> bool {
        self.conn.served.load(Relaxed) && !self.conn.reading.load(Relaxed)
    }

    /// When it has been quiet for long enough.
    fn lull(&self) -> Instant {
        match self.conn.http2.load(Relaxed) {
            true => self.conn.opened,
            false => self.conn.quiet_since() + Self::LULL,
        }
    }

    /// Until when a connection without a request is kept although the server drains.
    fn grace(&self) -> Instant {
        let drained = self
            .conn
            .server
            .as_ref()
            .and_then(|server| server.drained());
        drained.unwrap_or(self.conn.opened).max(self.conn.opened) + Self::GRACE
    }

    fn is_busy(&self) -> bool {
        self.conn.busy.load(Relaxed) != 0
    }

    /// hyper waits. Ends the connection if that has lasted too long, else sees to it that somebody
    /// looks again.
    fn settle(&mut self, http: Pin<&mut Http<'_>>, rang: bool) -> Poll<()> {
        let Some(mut limit) = self.limit() else {
            // A request may end without a poll of this task (it ran on by itself), so an alarm is
            // set also meanwhile; it costs nothing as long as it is.
            if self.alarm.is_none() {
                let again = self.conn.edge.env().now() + self.conn.edge.limits().idle;
                self.look_again(again);
            }
            return Poll::Pending;
        };
        if rang {
            let now = self.conn.edge.env().now();
            if now >= limit {
                if !self.is_moving() {
                    return self.end(http);
                }
                limit = now
                    + match self.conn.cut_short.load(Relaxed) {
                        true => Self::GRACE,
                        false => self.conn.edge.limits().idle,
                    };
            }
        }
        // An earlier alarm will do: when it rings, this is asked again.
        if self.alarm.as_ref().is_none_or(|alarm| alarm.at() > limit) {
            self.look_again(limit);
        }
        Poll::Pending
    }

    fn look_again(&mut self, at: Instant) {
        let mut alarm = Alarm::new(self.conn.edge.env().clone(), at);
        // The alarm says that it rang, so that a poll need not ask the clock.
        if alarm
            .poll_elapsed(&mut TaskContext::from_waker(&self.ring))
            .is_ready()
        {
            self.ring.wake_by_ref();
        }
        self.alarm = Some(alarm);
    }

    /// When the connection has waited too long for what it waits for.
    fn limit(&mut self) -> Option<Instant> {
        if let Some(since) = self.leaving
            && !self.is_busy()
        {
            return Some(since + Self::GRACE);
        }
        if self.is_busy() {
            self.head = None;
            return None;
        }
        let limits = self.conn.edge.limits();
        let idle = self.conn.quiet_since() + limits.idle;
        let limit = if self.conn.http2.load(Relaxed) {
            idle
        } else if self.conn.reading.load(Relaxed) {
            let env = self.conn.edge.env();
            *self.head.get_or_insert_with(|| env.now()) + limits.headers
        } else if self.conn.served.load(Relaxed) {
            self.head = None;
            idle
        } else {
            self.conn.opened + limits.headers
        };
        let draining = self.conn.is_draining() && self.leaving.is_none();
        Some(match draining {
            true if self.is_between() => limit.min(self.grace()).min(self.lull()),
            true => limit.min(self.grace()),
            false => limit,
        })
    }

    /// Whether the peer still takes a long answer, if slowly.
    fn is_moving(&self) -> bool {
        let moved = self.conn.moved.swap(false, Relaxed);
        self.conn.stuck.load(Relaxed) && moved
    }

    fn end(&mut self, http: Pin<&mut Http<'_>>) -> Poll<()> {
        if self.conn.http2.load(Relaxed) && self.leaving.is_none() {
            http.graceful_shutdown();
            self.leaving = Some(self.conn.edge.env().now());
            self.conn.signal(ALARM);
            return Poll::Pending;
        }
        let slow = self.conn.reading.load(Relaxed) || !self.conn.served.load(Relaxed);
        self.conn.edge.counters().timed_out(slow);
        Poll::Ready(())
    }
}
