//! SIGTERM under load: whatever the kernel has accepted is answered, and the process ends in time.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::Round;
use crate::drive::{Caller, Program, request};
use crate::{Result, command, workspace};

/// Callers at a time. Half of them keep their connection, half open one a request.
const CALLERS: usize = 8;

/// The longest that a stop may take.
const LIMIT: Duration = Duration::from_secs(26);

/// Builds the service that is stopped.
pub(super) fn prepare() -> Result<Round> {
    let mut build = workspace::cargo();
    command::run(build.args([
        "build",
        "--release",
        "--package",
        "bench-chassis",
        "--example",
        "contract",
    ]))?;
    let target = workspace::target()?;
    let folder = target.join("soak");
    std::fs::create_dir_all(&folder)?;
    let program = target.join("release/examples/contract");
    Ok(Box::new(move |number| round(&program, &folder, number)))
}

/// Starts, loads, stops; the load lasts a little longer each round, so that the signal meets the
/// callers at other moments.
fn round(program: &Path, folder: &Path, number: u32) -> Result<String> {
    let service = Program::service(Command::new(program), folder)?;
    let address = service.address();
    let over = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..CALLERS)
        .map(|index| {
            let over = Arc::clone(&over);
            thread::spawn(move || {
                call(address, index % 2 == 0, &over).map_err(|error| error.to_string())
            })
        })
        .collect();
    thread::sleep(Duration::from_millis(u64::from(200 + number % 97 * 3)));
    let begin = Instant::now();
    let status = service.end("TERM")?;
    let took = begin.elapsed();
    over.store(true, Ordering::Relaxed);
    let mut answered = 0;
    for caller in callers {
        answered += caller.join().map_err(|_| "a caller panicked")??;
    }
    if !status.success() || took > LIMIT {
        return Err(format!("ended with {status} after {took:.1?}").into());
    }
    Ok(format!(
        "{answered} requests answered, ended within {took:.1?}"
    ))
}

/// Calls until nobody accepts any more.
fn call(address: SocketAddr, keep: bool, over: &AtomicBool) -> Result<u32> {
    let order = request("/v1/orders/42", &[]);
    let mut answered = 0;
    let mut kept = None;
    while !over.load(Ordering::Relaxed) {
        let mut caller = match kept.take() {
            Some(caller) => caller,
            None => match Caller::connect(address) {
                Ok(caller) => caller,
                // Refused: the service has stopped accepting, as it should.
                Err(_) => return Ok(answered),
            },
        };
        let answer = caller
            .call(&order)
            .map_err(|error| format!("after {answered} answers: {error}"))?;
        if answer.status != 200 {
            return Err(format!("answered {}", answer.head).into());
        }
        answered += 1;
        if keep && !answer.head.contains("\r\nconnection: close") {
            kept = Some(caller);
        }
    }
    Ok(answered)
}
