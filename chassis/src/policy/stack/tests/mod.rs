//! Tests under paused time, over a callee that does what a script says.

mod bounds;
mod breaking;
mod hedging;
mod retrying;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::policy::breaker::{BreakerSettings, State};
use crate::policy::bulkhead::BulkheadSettings;
use crate::policy::hedge::HedgeSettings;
use crate::policy::retry::{Backoff, BudgetSettings};

/// What a call gave.
type Result = std::result::Result<u32, Fault>;

/// How an attempt goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// Not a byte was sent.
    Refused,
    /// The callee may have done the work.
    Broken,
    /// A failure that would come again.
    Lasting,
    /// The callee says that it was tried enough.
    Exhausted,
    /// Try again in so many milliseconds.
    Later(u64),
    /// It took longer than it might.
    Slow,
}

/// One attempt: how long it takes, and what comes of it.
#[derive(Debug, Clone, Copy)]
struct Step(u64, std::result::Result<(), Fault>);

const FINE: Step = Step(1, Ok(()));

const fn fails(fault: Fault) -> Step {
    Step(1, Err(fault))
}

/// A callee that does what its script says, step by step, and the last step for ever.
struct Script {
    env: Env,
    steps: Mutex<VecDeque<Step>>,
    /// The number of each attempt, and when it began.
    seen: Mutex<Vec<(Attempt, Instant)>>,
    given_up: Mutex<Vec<u32>>,
}

impl Script {
    fn new(env: &Env, steps: &[Step]) -> Self {
        Self {
            env: env.clone(),
            steps: Mutex::new(steps.iter().copied().collect()),
            seen: Mutex::default(),
            given_up: Mutex::default(),
        }
    }

    fn next(&self) -> Step {
        let mut steps = self.steps.lock().unwrap();
        match steps.len() {
            0 | 1 => steps.front().copied().unwrap_or(FINE),
            _ => steps.pop_front().unwrap(),
        }
    }

    fn attempts(&self) -> Vec<u32> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|(attempt, _)| attempt.number).collect()
    }

    fn times(&self) -> Vec<Instant> {
        self.seen
            .lock()
            .unwrap()
            .iter()
            .map(|(_, at)| *at)
            .collect()
    }
}

/// Says that its attempt was dropped, unless it was told otherwise.
struct Watch<'a>(&'a Script, u32, bool);

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.2 {
            self.0.given_up.lock().unwrap().push(self.1);
        }
    }
}

impl Attempts for Script {
    type Output = Result;

    async fn attempt(&self, attempt: Attempt) -> Ended<Result> {
        let Step(millis, result) = self.next();
        let began = self.env.now();
        self.seen.lock().unwrap().push((attempt, began));
        let mut watch = Watch(self, attempt.number, false);
        let limit = attempt.limit.at();
        let done = began + Duration::from_millis(millis);
        self.env.sleep_until(done.min(limit)).await;
        watch.2 = true;
        let output = match done <= limit {
            true => result.map(|()| attempt.number),
            false => Err(Fault::Slow),
        };
        let at = self.env.now();
        Ended { output, at }
    }

    fn judge(&self, output: &Result) -> Verdict {
        let failure = Verdict::failure(Again::Failed);
        match *output {
            Ok(_) => Verdict::SUCCESS,
            Err(Fault::Refused) => Verdict::failure(Again::Unsent),
            Err(Fault::Broken | Fault::Slow) => failure,
            Err(Fault::Lasting) => Verdict::failure(Again::Never),
            Err(Fault::Exhausted) => Verdict::failure(Again::Forbidden),
            Err(Fault::Later(millis)) => Verdict {
                retry_after: Some(Duration::from_millis(millis)),
                ..failure
            },
        }
    }
}

/// Methods 0 (may be repeated) and 1 (may not).
fn settings() -> StackSettings {
    let repeatable = MethodSettings {
        is_repeatable: true,
        ..MethodSettings::default()
    };
    StackSettings {
        breaker: Some(BreakerSettings::default()),
        bulkhead: Some(BulkheadSettings::default()),
        methods: vec![repeatable, MethodSettings::default()],
        ..StackSettings::default()
    }
}

fn stack(settings: StackSettings) -> (Stack, Env) {
    let env = Env::seeded(7);
    (Stack::new(env.clone(), "orders", settings).unwrap(), env)
}

/// One call of `method` over `script`.
async fn call(stack: &Stack, method: usize, script: &Script) -> (Result, Ending) {
    call_until(stack, method, script, None).await.unwrap()
}

async fn call_until(
    stack: &Stack,
    method: usize,
    script: &Script,
    deadline: Option<Instant>,
) -> std::result::Result<(Result, Ending), Refusal> {
    let call = stack.enter(method, deadline, script.env.now()).await?;
    let finished = call.run(script).await;
    Ok((finished.output, finished.ending))
}
