//! `GET /v1/work`: 20 slots of 20 ms, so that its capacity is 1,000 calls a second on any machine.
//!
//! What the overload rows of the bench are offered to. A slot that a timer freed late makes it up
//! with its next call, or capacity would depend on the machine's timers.

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bench_chassis::{SLOT_TIME, SLOTS, Slots};
use chassis::{App, CallError, Chassis};
use schemars::JsonSchema;
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::sleep_until;

/// How late a timer may be and be made up for: later than that, the slot was idle.
const LATE: Duration = Duration::from_millis(5);

#[derive(Deserialize, JsonSchema)]
#[serde(default)]
struct Pace {
    /// How many times as long as usual a call takes.
    slower: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { slower: 1 }
    }
}

struct Work {
    free: Semaphore,
    takes: Duration,
    /// When the idle slots became free, as it should have been.
    since: Mutex<Vec<Instant>>,
}

impl Slots for Work {
    async fn work(&self) -> Result<String, CallError> {
        let _slot = self.free.acquire().await;
        let taken = Taken::new(self);
        sleep_until(taken.until.into()).await;
        Ok("done".to_owned())
    }
}

/// A slot that is in use; given back when it is dropped, as by a caller who hangs up.
struct Taken<'a> {
    work: &'a Work,
    until: Instant,
}

impl<'a> Taken<'a> {
    fn new(work: &'a Work) -> Self {
        let now = Instant::now();
        let since = work.since.lock().ok().and_then(|mut since| since.pop());
        let began = since.filter(|since| now.saturating_duration_since(*since) < LATE);
        Self {
            work,
            until: began.unwrap_or(now) + work.takes,
        }
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if let Ok(mut since) = self.work.since.lock() {
            since.push(self.until.min(Instant::now()));
        }
    }
}

async fn service(app: App) -> chassis::Result {
    let pace: Pace = app.config("work")?;
    app.serve::<dyn Slots>(Work {
        free: Semaphore::new(SLOTS),
        takes: SLOT_TIME * pace.slower,
        since: Mutex::new(Vec::new()),
    });
    Ok(())
}

fn main() -> ExitCode {
    Chassis::new("slots").run(service)
}
