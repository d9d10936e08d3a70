//! Runs the checks: timed on one runtime, performed on the one that serves.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;

use super::check::{Check, CheckState};
use super::{Health, HealthSettings};

/// A check that is down is asked again this soon, so that a start does not wait for a period.
const RETRY: Duration = Duration::from_millis(500);

/// How often the serving runtime is asked for its heartbeat.
const PULSE: Duration = Duration::from_millis(500);

/// The running checks; dropping it ends them.
#[derive(Debug)]
pub struct Watch(Vec<AbortHandle>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

impl Health {
    /// Runs every check and the heartbeat from now on.
    ///
    /// `timing` is the runtime whose timers are used: not the serving one, so that a blocked
    /// server is noticed. `serving` is where the checks themselves run.
    #[must_use = "dropping it ends the checks"]
    pub fn watch(&self, settings: HealthSettings, timing: &Handle, serving: &Handle) -> Watch {
        let mut tasks = vec![
            timing
                .spawn(pulse(self.clone(), serving.clone()))
                .abort_handle(),
        ];
        for entry in self.entries() {
            if entry.run.is_some() {
                let check = Check::new(self.clone(), entry);
                tasks.push(
                    timing
                        .spawn(repeat(check, settings, serving.clone()))
                        .abort_handle(),
                );
            }
        }
        Watch(tasks)
    }
}

impl Health {
    /// Asks every check once, all at the same time, each within its own limit.
    pub(crate) async fn ask_once(&self, settings: HealthSettings, serving: &Handle) {
        let entries = self
            .entries()
            .into_iter()
            .filter(|entry| entry.run.is_some());
        let mut asking = tokio::task::JoinSet::new();
        for entry in entries {
            let (check, serving) = (Check::new(self.clone(), entry), serving.clone());
            let (_, timeout) = check.times(*settings.period, *settings.timeout);
            asking.spawn_on(
                async move { once(&check, timeout, &serving).await },
                &Handle::current(),
            );
        }
        while asking.join_next().await.is_some() {}
    }
}

async fn pulse(health: Health, serving: Handle) {
    loop {
        let beaten = health.clone();
        serving.spawn(async move { beaten.beat() });
        tokio::time::sleep(PULSE).await;
    }
}

async fn repeat(check: Check, settings: HealthSettings, serving: Handle) {
    let (period, timeout) = check.times(*settings.period, *settings.timeout);
    loop {
        once(&check, timeout, &serving).await;
        let down = check.state() != CheckState::Up;
        tokio::time::sleep(if down { period.min(RETRY) } else { period }).await;
    }
}

/// One run. A run that hangs is aborted at the limit; one that panics has failed.
async fn once(check: &Check, timeout: Duration, serving: &Handle) {
    let started = check.now();
    let asked = check.clone();
    let mut task = serving.spawn(async move { asked.run().await });
    let result = match tokio::time::timeout(timeout, &mut task).await {
        Ok(Ok(result)) => result.map_err(|error| error.to_string()),
        Ok(Err(panic)) => Err(format!("the check panicked: {panic}")),
        Err(_) => {
            task.abort();
            Err(format!("no answer within {timeout:?}"))
        }
    };
    check.record(check.now().saturating_duration_since(started), result);
}
