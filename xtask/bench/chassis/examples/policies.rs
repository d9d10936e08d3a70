//! Policies around work that is done at once: what they cost by themselves. The first argument says
//! which (`breaker`, `full`), the second how often.

use std::future::Future;
use std::pin::pin;
use std::process::ExitCode;
use std::task::{Context, Poll, Waker};

use chassis::context::Env;
use chassis::policy::breaker::BreakerSettings;
use chassis::policy::bulkhead::BulkheadSettings;
use chassis::policy::hedge::HedgeSettings;
use chassis::policy::stack::{Attempt, Attempts, Ended, MethodSettings, StackSettings, Verdict};
use chassis::policy::{Breaker, Outcome, Stack};

/// A port without I/O.
struct Instant(Env);

impl Attempts for Instant {
    type Output = Result<u32, ()>;

    async fn attempt(&self, attempt: Attempt) -> Ended<Result<u32, ()>> {
        Ended {
            output: Ok(attempt.number),
            at: self.0.now(),
        }
    }

    fn judge(&self, output: &Result<u32, ()>) -> Verdict {
        match output {
            Ok(_) => Verdict::SUCCESS,
            Err(()) => Verdict::IGNORED,
        }
    }
}

fn breaker(times: u32) -> Option<()> {
    let env = Env::system();
    let breaker = Breaker::new(env.clone(), BreakerSettings::default()).ok()?;
    // One time for all: the price of a clock is not the breaker's.
    let now = env.now();
    for _ in 0..times {
        let permit = breaker.try_acquire(now).ok()?;
        permit.done(now, Outcome::Success);
    }
    Some(())
}

fn full(times: u32) -> Option<()> {
    let env = Env::system();
    let method = MethodSettings {
        is_repeatable: true,
        hedge: Some(HedgeSettings::default()),
        ..MethodSettings::default()
    };
    let settings = StackSettings {
        breaker: Some(BreakerSettings::default()),
        bulkhead: Some(BulkheadSettings::default()),
        methods: vec![method],
        ..StackSettings::default()
    };
    let stack = Stack::new(env.clone(), "port", settings).ok()?;
    let port = Instant(env.clone());
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        let call = async {
            let call = stack.enter(0, None, env.now()).await.ok()?;
            call.run(&port).await.output.ok()
        };
        let Poll::Ready(Some(1)) = pin!(call).poll(&mut context) else {
            return None;
        };
    }
    Some(())
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let which = arguments.next().unwrap_or_default();
    let times = arguments.next().and_then(|times| times.parse().ok());
    let done = match (which.as_str(), times) {
        ("breaker", Some(times)) => breaker(times),
        ("full", Some(times)) => full(times),
        _ => None,
    };
    match done {
        Some(()) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    }
}
