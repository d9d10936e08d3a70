//! One case counted: the program runs twice under callgrind, with N and with 2N requests, and the
//! difference divided by N is what a request costs. What happens once, at start, at the first request
//! and at the end, falls out.

use std::fs;
use std::path::{Path, PathBuf};

use super::callgrind::{self, Count};
use super::cases::{Case, Side};
use super::program::Program;
use super::{answer, drive};
use crate::Result;

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
    /// Where dumps are written.
    pub(super) dumps: PathBuf,
}

impl Bench {
    /// Counts a case.
    ///
    /// # Errors
    ///
    /// When the program doesn't start, doesn't answer 200, or leaves no dump.
    pub(super) fn cost(&self, case: &Case) -> Result<Cost> {
        let short = self.count(case, REQUESTS)?;
        let long = self.count(case, 2 * REQUESTS)?;
        Ok(difference(short, long))
    }

    fn count(&self, case: &Case, requests: u32) -> Result<Count> {
        let dump = self
            .dumps
            .join(format!("{}.{requests}.callgrind", case.name));
        if dump.exists() {
            fs::remove_file(&dump)?;
        }
        let program = self.programs.join(case.program);
        match case.side {
            Side::Server(headers) => self.serve(&program, &dump, headers, requests)?,
            Side::Client => self.call(&program, &dump, requests)?,
        }
        callgrind::read(&dump)
    }

    /// The program serves, this process calls it.
    fn serve(
        &self,
        program: &Path,
        dump: &Path,
        headers: &[(&str, &str)],
        requests: u32,
    ) -> Result {
        let program = Program::start(callgrind::command(&self.valgrind, program, dump))?;
        let request = drive::request("/orders/42", headers);
        let mut caller = drive::Caller::connect(program.address())?;
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
        drop(caller);
        program.interrupt()
    }

    /// This process serves, the program calls it.
    fn call(&self, program: &Path, dump: &Path, requests: u32) -> Result {
        let url = format!("http://{}/orders/42", answer::start()?);
        let mut command = callgrind::command(&self.valgrind, program, dump);
        crate::command::run(command.arg(url).arg(requests.to_string()))
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
