//! One case counted: the program runs twice under callgrind, with N and with 2N requests, and the
//! difference divided by N is what a request costs. What happens once, at start, at the first request
//! and at the end, falls out.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use super::callgrind::{self, Count};
use super::cases::{Case, Headers, Keys, Side};
use super::proof;
use crate::drive::{self, Answerer, Caller, Collector, Program};
use crate::{Result, command};

/// Requests of the shorter run.
const REQUESTS: u32 = 1_000;

/// What one request costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cost {
    pub(super) instructions: f64,
    pub(super) allocations: f64,
}

/// Where programs and tools lie.
pub(super) struct Bench {
    pub(super) valgrind: PathBuf,
    /// The folder with the built examples.
    pub(super) programs: PathBuf,
    /// Where dumps, state and what programs print are written.
    pub(super) folder: PathBuf,
    pub(super) collector: Collector,
}

impl Bench {
    /// Counts a case, after a program of the chassis has proven that it does what it is counted for.
    ///
    /// # Errors
    ///
    /// When the program lacks a pillar, doesn't start, doesn't answer 200, or leaves no dump.
    pub(super) fn cost(&self, case: &Case) -> Result<Cost> {
        self.prove(case)?;
        let short = self.count(case, REQUESTS)?;
        let long = self.count(case, 2 * REQUESTS)?;
        Ok(difference(short, long))
    }

    /// Starts the program as it is shipped, these keys and where its spans go apart.
    pub(super) fn start(&self, program: &str, keys: &[(&str, &str)]) -> Result<Program> {
        self.service(Command::new(self.programs.join(program)), keys)
    }

    /// The same with as many file descriptors as a flood of connections needs.
    pub(super) fn start_roomy(&self, program: &str, keys: Keys) -> Result<Program> {
        self.service(drive::roomy(&self.programs.join(program)), keys)
    }

    fn service(&self, mut line: Command, keys: &[(&str, &str)]) -> Result<Program> {
        drive::set(&mut line, "traces.url", &self.collector.url());
        for (key, value) in keys {
            drive::set(&mut line, key, value);
        }
        Program::service(line, &self.folder)
    }

    fn prove(&self, case: &Case) -> Result {
        match case.side {
            Side::Bare { .. } | Side::BareCaller | Side::Alone { .. } => Ok(()),
            Side::Service { path, .. } => {
                let program = self.start(case.program, &[])?;
                proof::service(&program, path, &self.collector)?;
                clean(program.interrupt()?)
            }
            Side::Caller { keys, .. } => {
                let answerer = Answerer::start()?;
                let mut line = Command::new(self.programs.join(case.program));
                point(&mut line, std::slice::from_ref(&answerer), 1, true);
                // One call is enough to look at, so its trace must be kept.
                drive::set(&mut line, "traces.ratio", "1.0");
                let program = self.service(line, keys)?;
                proof::caller(&program, &answerer, &self.collector)?;
                clean(program.interrupt()?)
            }
        }
    }

    fn count(&self, case: &Case, requests: u32) -> Result<Count> {
        let dump = self
            .folder
            .join(format!("{}.{requests}.callgrind", case.name));
        if dump.exists() {
            fs::remove_file(&dump)?;
        }
        let line = callgrind::command(&self.valgrind, &self.programs.join(case.program), &dump);
        match case.side {
            Side::Bare { headers } => {
                let program = Program::bare(line)?;
                call(&program, "/orders/42", headers, requests)?;
                program.interrupt()?;
            }
            Side::Service {
                path,
                headers,
                keys,
            } => {
                let program = self.service(line, keys)?;
                call(&program, path, headers, requests)?;
                clean(program.interrupt()?)?;
            }
            Side::BareCaller => bare_calls(line, requests)?,
            Side::Caller { keys, endpoints } => self.calls(line, keys, endpoints, requests)?,
            Side::Alone { word } => alone(line, word, requests)?,
        }
        callgrind::read(&dump)
    }

    /// Waits while the program calls.
    fn calls(&self, mut line: Command, keys: Keys, endpoints: usize, requests: u32) -> Result {
        let answerers: Vec<Answerer> = (0..endpoints)
            .map(|_| Answerer::start())
            .collect::<Result<_>>()?;
        point(&mut line, &answerers, requests, false);
        let program = self.service(line, keys)?;
        let answered = || answerers.iter().map(Answerer::answered).sum::<u32>();
        proof::until("the last call", || Ok(answered() >= requests))?;
        clean(program.interrupt()?)
    }
}

/// The caller finds our servers by the contract's name.
fn point(line: &mut Command, answerers: &[Answerer], requests: u32, slow: bool) {
    let addresses = answerers.iter().map(|one| one.address().to_string());
    let addresses: Vec<String> = addresses.collect();
    let registry = format!("static:orders={}", addresses.join(","));
    drive::set(line, "registry.url", &registry);
    drive::set(line, "calls.count", &requests.to_string());
    drive::set(line, "calls.slow", &slow.to_string());
}

fn alone(mut line: Command, word: &str, times: u32) -> Result {
    command::run(line.arg(word).arg(times.to_string()))
}

fn bare_calls(mut line: Command, requests: u32) -> Result {
    let url = format!("http://{}/orders/42", Answerer::start()?.address());
    command::run(line.arg(url).arg(requests.to_string()))
}

/// Calls the program, and looks at each answer: errors are cheap, and would look like progress.
fn call(program: &Program, path: &str, headers: Headers, requests: u32) -> Result {
    let request = drive::request(path, headers);
    let mut caller = Caller::connect(program.address())?;
    for _ in 0..requests {
        let answer = caller.call(&request)?;
        if answer.status != 200 || answer.body.len() != 52 {
            return Err(format!(
                "answered {} with {} bytes",
                answer.status,
                answer.body.len()
            )
            .into());
        }
    }
    Ok(())
}

/// A service that is interrupted ends with 0.
fn clean(status: ExitStatus) -> Result {
    if status.success() {
        Ok(())
    } else {
        Err(format!("the service ended with {status}").into())
    }
}

/// The cost of one of the requests that only the longer run made.
fn difference(short: Count, long: Count) -> Cost {
    let each = |short: u64, long: u64| (long as f64 - short as f64) / f64::from(REQUESTS);
    Cost {
        instructions: each(short.instructions, long.instructions),
        allocations: each(short.allocations, long.allocations),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_once_falls_out() {
        let short = Count {
            instructions: 5_000_000 + 16_000_000,
            allocations: 700 + 20_000,
        };
        let long = Count {
            instructions: 5_000_000 + 32_000_000,
            allocations: 700 + 40_000,
        };
        assert_eq!(
            difference(short, long),
            Cost {
                instructions: 16_000.0,
                allocations: 20.0
            }
        );
    }
}
