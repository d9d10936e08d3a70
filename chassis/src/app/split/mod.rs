//! `split`: each component in a process of its own, on this machine.
//!
//! The children listen on free ports of loopback, find each other by a `file:` registry and hang
//! on a leash: their standard input is a pipe whose other end only the parent holds. When the
//! parent ends, however it ends, the kernel closes the pipe and the children stop.

mod meeting;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;

pub(super) use meeting::Meeting;

use super::guard::Guard;
use super::listeners::{Listener, Listeners};
use super::print;
use crate::{Error, Result};

/// How much longer than their own limit the children may take before they are killed.
const GRACE: Duration = Duration::from_secs(1);

/// How often children that are stopping are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Lines of children that wait to be printed.
const LINES: usize = 256;

/// The arguments of the process that runs one component.
type ArgsFor<'a> = Box<dyn Fn(&str) -> Vec<OsString> + 'a>;

/// What to start, and how.
pub(super) struct Plan<'a> {
    pub(super) components: Vec<String>,
    /// The arguments that run one component, under the flags of this process.
    pub(super) args: ArgsFor<'a>,
    /// `registry.url` of the children.
    pub(super) registry: Option<String>,
    /// The children's own limit for their stop.
    pub(super) limit: Duration,
}

/// A child, with the end of its leash: dropped, it lets the child go, which then stops.
struct Leashed {
    name: String,
    child: Child,
    leash: Option<ChildStdin>,
}

/// What a child's output tells.
enum Event {
    Listener(String, Listener, String),
    /// It closed its output: it is about to end.
    Closed(String),
}

/// Starts the children and stays until they have ended. `ready` is told where they listen, once
/// all of them do.
///
/// # Errors
///
/// When a child cannot be started, or ends without having been asked to.
pub(super) async fn split(plan: Plan<'_>, guard: &Guard, ready: impl FnOnce(&Listeners)) -> Result {
    let (send, mut events) = mpsc::channel(LINES);
    let program = std::env::current_exe().map_err(|error| {
        Error::unavailable("cannot find this program's own file").because(error)
    })?;
    let mut children = Vec::new();
    for name in &plan.components {
        children.push(plan.start(&program, name, send.clone())?);
    }
    let ended = tokio::select! {
        _ = guard.signal() => Ok(()),
        name = watch(&mut events, children.len(), ready) => Err(name),
    };
    let limit = plan.limit + GRACE;
    guard.arm(limit + GRACE);
    if ended.is_ok() {
        let share = plan.limit / u32::try_from(children.len()).unwrap_or(u32::MAX).max(1);
        for child in &mut children {
            child.stop(share).await;
        }
    }
    children.iter_mut().for_each(Leashed::release);
    let statuses = gather(children, limit).await;
    match ended {
        Ok(()) => Ok(()),
        Err(name) => Err(fell(&name, &statuses)),
    }
}

impl Leashed {
    /// Lets it go: it stops.
    fn release(&mut self) {
        drop(self.leash.take());
    }

    /// Lets it go and waits for its end, at most for `share`. One after the other, callers before
    /// those they call: what a caller has accepted may need them until it is done.
    async fn stop(&mut self, share: Duration) {
        self.release();
        let ended = async {
            while let Ok(None) = self.child.try_wait() {
                tokio::time::sleep(LOOK).await;
            }
        };
        let _ = timeout(share, ended).await;
    }
}

impl Plan<'_> {
    fn start(&self, program: &Path, name: &str, events: mpsc::Sender<Event>) -> Result<Leashed> {
        let failed = |error| Error::unavailable(format!("cannot start {name}")).because(error);
        let mut child = self.command(program, name).spawn().map_err(failed)?;
        let leash = child.stdin.take();
        if let Some(output) = child.stdout.take() {
            let name = name.to_owned();
            thread::Builder::new()
                .name(format!("chassis-out-{name}"))
                .spawn(move || pass_on(output, &name, &events))
                .map_err(failed)?;
        }
        Ok(Leashed {
            name: name.to_owned(),
            child,
            leash,
        })
    }

    fn command(&self, program: &Path, name: &str) -> Command {
        let mut command = Command::new(program);
        command.args((self.args)(name));
        let mut set = |pair: String| {
            command.arg("--set").arg(pair);
        };
        for listener in ["http", "probe", "admin"] {
            set(format!("{listener}.listen=127.0.0.1:0"));
        }
        set("http.trust=mesh".to_owned());
        set("stop.with_stdin=true".to_owned());
        if let Some(url) = &self.registry {
            set(format!("registry.url={url}"));
        }
        // Ctrl-C reaches the whole group of a terminal. The children are told by their leash, one
        // after the other.
        command.process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command
    }
}

/// Prints what a child prints, line by line, and reads where it listens.
fn pass_on(output: ChildStdout, name: &str, events: &mpsc::Sender<Event>) {
    let mut reader = BufReader::new(output);
    let mut line = Vec::new();
    while matches!(reader.read_until(b'\n', &mut line), Ok(read) if read > 0) {
        print::bytes(&line);
        if let Some((listener, url)) = Listener::parse(name, &line) {
            let _ = events.blocking_send(Event::Listener(name.to_owned(), listener, url));
        }
        line.clear();
    }
    let _ = events.blocking_send(Event::Closed(name.to_owned()));
}

/// Waits until all `count` children are ready, tells, and gives the first one that ends.
async fn watch(
    events: &mut mpsc::Receiver<Event>,
    count: usize,
    ready: impl FnOnce(&Listeners),
) -> String {
    let mut listeners = Listeners::default();
    let mut ready = Some(ready);
    while let Some(event) = events.recv().await {
        match event {
            Event::Listener(name, listener, url) => listeners.add(&name, listener, url),
            Event::Closed(name) => return name,
        }
        // A child prints its admin listener last.
        if listeners.of(Listener::Admin).count() == count
            && let Some(ready) = ready.take()
        {
            ready(&listeners);
        }
    }
    std::future::pending().await
}

/// Waits for all children; kills those that are not done within `limit`.
async fn gather(mut children: Vec<Leashed>, limit: Duration) -> Vec<(String, ExitStatus)> {
    let mut statuses = Vec::new();
    let all = async {
        while !children.is_empty() {
            children.retain_mut(|child| match child.child.try_wait() {
                Ok(Some(status)) => {
                    statuses.push((child.name.clone(), status));
                    false
                }
                _ => true,
            });
            tokio::time::sleep(LOOK).await;
        }
    };
    let _ = timeout(limit, all).await;
    for mut late in children {
        tracing::warn!(
            component = late.name,
            "did not stop within its limit and is killed"
        );
        let _ = late.child.kill();
        let _ = late.child.wait();
    }
    statuses
}

fn fell(name: &str, statuses: &[(String, ExitStatus)]) -> Error {
    let status = statuses
        .iter()
        .find(|(other, _)| other == name)
        .map(|(_, status)| *status);
    let how = status.map_or_else(
        || "was killed".to_owned(),
        |status| format!("ended: {status}"),
    );
    let message = format!("{name} {how}; its own lines above say why; the others were stopped");
    match status.and_then(|status| status.code()) {
        Some(78) => Error::configuration(message),
        Some(69) => Error::unavailable(message),
        _ => Error::bug(message),
    }
}
