//! The guard: an OS thread that hears signals and ends the process at its limit, whatever hangs.
//!
//! It has a runtime of its own, so that neither a blocked server nor a blocked shutdown can keep a
//! signal or the limit waiting.

use std::io::{IsTerminal, Write};
use std::process;
use std::sync::mpsc;
use std::time::Duration;

use tokio::signal::unix::{Signal as Listener, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::phase::Phases;
use crate::Error;

/// Exit code of a process that had to be ended: a bug, by sysexits.h.
const EX_SOFTWARE: i32 = 70;

/// Within this time the same signal again is the same wish: `timeout` and terminals signal a
/// process by itself and by its group.
const ECHO: Duration = Duration::from_millis(100);

/// How long the last words may take: whoever reads them may be what hangs.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Why the process should stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    /// SIGTERM: balancers still have to notice, so linger.
    Terminate,
    /// SIGINT: somebody waits at the keyboard, so don't.
    Interrupt,
}

/// The guard's other end, in the lifecycle. A cheap clone.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    heard: watch::Receiver<Option<Signal>>,
    armed: watch::Sender<Option<Duration>>,
    hangups: Hangups,
}

/// Changes whenever SIGHUP comes.
pub(super) type Hangups = watch::Receiver<()>;

impl Guard {
    /// Starts the thread. From now on a first signal is only heard, not obeyed. With `leashed`,
    /// the end of standard input counts as SIGINT.
    ///
    /// # Errors
    ///
    /// When the thread or its runtime cannot be made.
    pub(super) fn start(phases: Phases, leashed: bool) -> crate::Result<Self> {
        let (hear, heard) = watch::channel(None);
        let (armed, limit) = watch::channel(None);
        let (hung_up, hangups) = watch::channel(());
        let (ready, is_ready) = mpsc::channel();
        if leashed {
            leash(hear.clone())?;
        }
        std::thread::Builder::new()
            .name("chassis-guard".into())
            .spawn(move || stand(&phases, (hear, hung_up), limit, &ready))
            .map_err(failed)?;
        is_ready.recv().map_err(failed)?.map_err(failed)?;
        Ok(Self {
            heard,
            armed,
            hangups,
        })
    }

    /// Waits for the first signal.
    pub(super) async fn signal(&self) -> Signal {
        let mut heard = self.heard.clone();
        match heard
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|signal| *signal)
        {
            Some(signal) => signal,
            // The guard is gone, which it never is while the process lives.
            None => std::future::pending().await,
        }
    }

    /// Changes whenever SIGHUP comes. On a terminal it never does: there SIGHUP says that the terminal is
    /// gone, and ends the process as ever.
    pub(super) fn hangups(&self) -> Hangups {
        self.hangups.clone()
    }

    /// Ends the process after `limit` unless it ends by itself. The first limit counts.
    pub(super) fn arm(&self, limit: Duration) {
        self.armed.send_if_modified(|armed| {
            let first = armed.is_none();
            armed.get_or_insert(limit);
            first
        });
    }
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::unavailable("the thread that watches signals and the shutdown cannot start")
        .because(error)
}

/// Waits for the end of standard input, on a thread: it has no other way of waiting everywhere.
fn leash(hear: watch::Sender<Option<Signal>>) -> crate::Result {
    let wait = move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        hear.send_if_modified(|heard| heard.replace(Signal::Interrupt).is_none());
    };
    std::thread::Builder::new()
        .name("chassis-leash".into())
        .spawn(wait)
        .map(drop)
        .map_err(failed)
}

type Ready = mpsc::Sender<std::io::Result<()>>;

fn stand(
    phases: &Phases,
    (hear, hung_up): (watch::Sender<Option<Signal>>, watch::Sender<()>),
    limit: watch::Receiver<Option<Duration>>,
    ready: &Ready,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(error))),
    };
    runtime.block_on(async {
        let listeners = signal(SignalKind::terminate())
            .and_then(|term| Ok((term, signal(SignalKind::interrupt())?, hangup()?)));
        match listeners {
            Ok((term, int, hangup)) => {
                let _ = ready.send(Ok(()));
                tokio::join!(
                    second_signal(term, int, hear, phases),
                    at_limit(limit, phases),
                    pass_on(hangup, hung_up)
                );
            }
            Err(error) => drop(ready.send(Err(error))),
        }
    });
}

/// SIGHUP, where nobody sits at a terminal that could go away.
fn hangup() -> std::io::Result<Option<Listener>> {
    let is_daemon = !std::io::stdin().is_terminal();
    is_daemon.then(|| signal(SignalKind::hangup())).transpose()
}

async fn pass_on(hangup: Option<Listener>, hung_up: watch::Sender<()>) {
    let Some(mut hangup) = hangup else { return };
    while hangup.recv().await.is_some() {
        hung_up.send_replace(());
    }
}

/// The first signal is passed on; the second ends the process, unless it is an echo of the first.
async fn second_signal(
    mut term: Listener,
    mut int: Listener,
    hear: watch::Sender<Option<Signal>>,
    phases: &Phases,
) {
    let mut next = async || {
        tokio::select! {
            _ = term.recv() => Signal::Terminate,
            _ = int.recv() => Signal::Interrupt,
        }
    };
    let first = next().await;
    hear.send_replace(Some(first));
    let echo = Instant::now() + ECHO;
    while next().await == first && Instant::now() < echo {}
    end(&format!(
        "second signal: ended at once, in phase {}",
        phases.current()
    ));
}

async fn at_limit(mut limit: watch::Receiver<Option<Duration>>, phases: &Phases) {
    let Ok(limit) = limit
        .wait_for(Option::is_some)
        .await
        .map(|limit| limit.unwrap_or_default())
    else {
        return;
    };
    sleep_until(Instant::now() + limit).await;
    end(&format!(
        "the shutdown did not end within {limit:?}: ended by force, hanging in phase {}",
        phases.current()
    ));
}

fn end(words: &str) {
    let line = format!("{words}\n");
    let (said, is_said) = mpsc::channel();
    let speaker = std::thread::Builder::new().spawn(move || {
        let _ = std::io::stderr().write_all(line.as_bytes());
        let _ = said.send(());
    });
    if speaker.is_ok() {
        let _ = is_said.recv_timeout(LAST_WORDS);
    }
    process::exit(EX_SOFTWARE);
}
