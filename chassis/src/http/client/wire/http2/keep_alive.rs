//! [`Signals`] and [`drive`]: a connection of HTTP/2 while it lives, and how its death is noticed.
//!
//! A connection whose other end is gone without a word (a host that lost its power, a firewall that
//! forgot) looks like one whose callee is slow. So it is asked by PING: when nothing has come for a
//! while although calls are under way, and at once when a call was given up. Who does not answer is
//! closed, and its calls fail; else they, and all that follow, would wait for their timeouts.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use h2::client::Connection;
use h2::{Ping, PingPong};
use tokio::sync::{Notify, oneshot};

use super::super::Io;
use crate::context::{Alarm, Env};

/// What the task of a connection and its calls tell each other.
#[derive(Debug, Default)]
pub(super) struct Signals {
    /// Closed or going away: no call may begin.
    pub(super) is_over: AtomicBool,
    /// Calls under way.
    pub(super) streams: AtomicUsize,
    /// Set whenever bytes come.
    pub(super) heard: Arc<AtomicBool>,
    /// A call was given up before its answer began.
    pub(super) suspect: Notify,
}

/// When a connection is asked whether it lives.
#[derive(Debug, Clone, Copy)]
pub(in crate::http::client) struct KeepAlive {
    /// How long nothing may come while calls are under way.
    pub(in crate::http::client) interval: Duration,
    /// How long the answer may take.
    pub(in crate::http::client) timeout: Duration,
}

/// Not more often than this, however many calls are given up: a flood of PING is a reason to be
/// thrown out.
const SPACING: Duration = Duration::from_secs(1);

/// Reads and writes the connection until it is closed, by either side or for being dead. `begun` is
/// told when the other side has said its settings, or what it said in their place.
pub(super) async fn drive(
    mut connection: Connection<Io, Bytes>,
    signals: Arc<Signals>,
    keep_alive: KeepAlive,
    env: Env,
    begun: oneshot::Sender<Result<(), h2::Error>>,
) {
    let mut begun = Some(begun);
    let ping_pong = connection.ping_pong();
    let mut connection = pin!(connection);
    let mut death = pin!(watch(ping_pong, &signals, keep_alive, &env));
    poll_fn(|cx| {
        if let Poll::Ready(closed) = connection.as_mut().poll(cx) {
            if let (Some(begun), Err(error)) = (begun.take(), closed) {
                drop(begun.send(Err(error)));
            }
            return Poll::Ready(());
        }
        // The first thing that comes is the settings, or the poll would have failed.
        if begun.is_some() && signals.heard.load(Ordering::Relaxed) {
            begun.take().map(|begun| begun.send(Ok(())));
        }
        death.as_mut().poll(cx)
    })
    .await;
    signals.is_over.store(true, Ordering::Release);
}

/// Done when the connection is dead.
async fn watch(ping_pong: Option<PingPong>, signals: &Signals, keep_alive: KeepAlive, env: &Env) {
    let Some(mut ping_pong) = ping_pong else {
        return std::future::pending().await;
    };
    loop {
        let is_suspect = quiet(signals, keep_alive.interval, env).await;
        let has_calls = signals.streams.load(Ordering::Relaxed) > 0;
        let was_heard = signals.heard.swap(false, Ordering::Relaxed);
        if !is_suspect && (was_heard || !has_calls) {
            continue;
        }
        if !lives(&mut ping_pong, keep_alive.timeout, env).await {
            return;
        }
        env.sleep(SPACING).await;
    }
}

/// Waits for `interval`, or until a call is given up; and whether that was it.
async fn quiet(signals: &Signals, interval: Duration, env: &Env) -> bool {
    let mut suspect = pin!(signals.suspect.notified());
    let mut alarm = Alarm::new(env, soon(env, interval));
    poll_fn(|cx| match suspect.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(true),
        Poll::Pending => alarm.poll_elapsed(cx).map(|()| false),
    })
    .await
}

/// Asks, and whether an answer came in time.
async fn lives(ping_pong: &mut PingPong, timeout: Duration, env: &Env) -> bool {
    if ping_pong.send_ping(Ping::opaque()).is_err() {
        return false;
    }
    let mut alarm = Alarm::new(env, soon(env, timeout));
    poll_fn(|cx| match ping_pong.poll_pong(cx) {
        Poll::Ready(pong) => Poll::Ready(pong.is_ok()),
        Poll::Pending => alarm.poll_elapsed(cx).map(|()| false),
    })
    .await
}

fn soon(env: &Env, duration: Duration) -> Instant {
    crate::http::client::limit::after(env.now(), duration)
}
