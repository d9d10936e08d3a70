//! Policies around work that is done at once: what they cost by themselves. The first argument says
//! which (`breaker`, `full`, `port`, `balance.3`, `balance.10k`), the second how often.

use std::future::Future;
use std::pin::pin;
use std::process::ExitCode;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use chassis::context::{Env, Moment};
use chassis::policy::balance::{
    Ask, BalanceSettings, Balancer, Caller, Candidate, LoadSettings, Seat,
};
use chassis::policy::breaker::BreakerSettings;
use chassis::policy::bulkhead::BulkheadSettings;
use chassis::policy::ejection::{EjectionSettings, Group};
use chassis::policy::hedge::HedgeSettings;
use chassis::policy::stack::{Attempt, Attempts, Ended, MethodSettings, StackSettings, Verdict};
use chassis::policy::{Breaker, Outcome, Stack};
use chassis::port::{Adapter, Crossing, Port};
use chassis::telemetry::{Telemetry, TracesSettings, observer};
use chassis::{CallError, port};

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
    let now = Moment::from(env.now());
    for _ in 0..times {
        let permit = breaker.try_acquire(now).ok()?;
        permit.done(now, Outcome::Success);
    }
    Some(())
}

/// Everything that can be on.
fn settings() -> StackSettings {
    let method = MethodSettings {
        is_repeatable: true,
        hedge: Some(HedgeSettings::default()),
        ..MethodSettings::default()
    };
    StackSettings {
        breaker: Some(BreakerSettings::default()),
        bulkhead: Some(BulkheadSettings::default()),
        methods: vec![method],
        ..StackSettings::default()
    }
}

fn full(times: u32) -> Option<()> {
    let env = Env::system();
    let stack = Stack::new(env.clone(), "port", settings()).ok()?;
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

/// Which of so many endpoints gets a call, as it is when each has answered.
fn balance(endpoints: u64, times: u32) -> Option<()> {
    let env = Env::system();
    let now = env.now();
    let group = Group::new(EjectionSettings::default());
    let seat = |key| Seat {
        candidate: Arc::new(Candidate::new(&group, LoadSettings::default(), now)),
        key,
        weight: 1,
        zone: None,
    };
    let seats = (0..endpoints).map(seat).collect();
    let settings = BalanceSettings::default();
    let balancer = Balancer::new(group.clone(), settings, seats, &Caller::default());
    for _ in 0..times {
        balancer.pick(Ask::default(), now, &env)?;
    }
    Some(())
}

/// What lies on a shelf.
#[port]
pub trait Shelf {
    /// How many pieces there are.
    #[idempotent]
    async fn count(&self, sku: &str) -> Result<usize, CallError>;
}

struct Wood;

impl Shelf for Wood {
    async fn count(&self, sku: &str) -> Result<usize, CallError> {
        Ok(sku.len())
    }
}

/// A call of an own port as the domain makes it: telemetry, every policy, and the adapter.
fn own_port(times: u32) -> Option<()> {
    let env = Env::system();
    let telemetry = Telemetry::hosted("bench", &TracesSettings::default()).ok()?;
    let info = <dyn Shelf as Port>::info();
    let stack = Arc::new(Stack::new(env.clone(), info.name, settings()).ok()?);
    let crossing = Crossing::new(info.name, observer(&telemetry, info), env);
    let shelf: Arc<dyn Shelf> = Wood.into_adapter(crossing.guarded(stack));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..times {
        let Poll::Ready(Ok(4)) = pin!(shelf.count("A-10")).poll(&mut context) else {
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
        ("balance.3", Some(times)) => balance(3, times),
        ("balance.10k", Some(times)) => balance(10_000, times),
        ("port", Some(times)) => own_port(times),
        _ => None,
    };
    match done {
        Some(()) => ExitCode::SUCCESS,
        None => ExitCode::FAILURE,
    }
}
