//! Counting: a program under callgrind, and what its dump says.
//!
//! Callgrind counts the user-mode instructions of all threads, and the calls of each function, so
//! the calls of libc's allocating functions are the allocations: nothing is linked into the counted
//! program, and both figures come from one run.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::Result;

/// What a program did, from its start to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Count {
    pub(super) instructions: u64,
    pub(super) allocations: u64,
}

/// The functions of libc by which Rust's system allocator allocates. A `realloc` counts as one: it
/// may move.
const ALLOCATING: [&str; 5] = [
    "malloc",
    "calloc",
    "realloc",
    "posix_memalign",
    "aligned_alloc",
];

/// The program under callgrind, which writes its dump to `dump` when the program ends.
pub(super) fn command(valgrind: &Path, program: &Path, dump: &Path) -> Command {
    let mut command = Command::new(valgrind);
    command.args(["--quiet", "--tool=callgrind"]);
    command
        .arg(format!("--callgrind-out-file={}", dump.display()))
        .arg(program);
    command
}

/// Reads a dump.
///
/// # Errors
///
/// When there is none, as happens when the program was killed, or when it has no total.
pub(super) fn read(dump: &Path) -> Result<Count> {
    let text = fs::read_to_string(dump)
        .map_err(|error| format!("callgrind left no dump at {}: {error}", dump.display()))?;
    parse(&text).ok_or_else(|| format!("the dump {} has no total", dump.display()).into())
}

/// The total, and the calls of the allocating functions. A function's name is written once, with a
/// number that stands for it from then on: `cfn=(12) malloc`, later `cfn=(12)`.
fn parse(text: &str) -> Option<Count> {
    let mut allocating: HashMap<&str, bool> = HashMap::new();
    let mut callee = "";
    let mut count = Count::default();
    let mut total = None;
    for line in text.lines() {
        if let Some(calls) = line.strip_prefix("calls=") {
            if allocating.get(callee).copied().unwrap_or(false) {
                count.allocations += calls.split(' ').next()?.parse::<u64>().ok()?;
            }
        } else if let Some(function) = line.strip_prefix("fn=").or(line.strip_prefix("cfn=")) {
            let (number, name) = function.split_once(' ').unwrap_or((function, ""));
            if !name.is_empty() {
                allocating.insert(number, ALLOCATING.contains(&name));
            }
            if line.starts_with('c') {
                callee = number;
            }
        } else if let Some(sum) = line.strip_prefix("totals: ") {
            total = sum.trim().parse().ok();
        }
    }
    count.instructions = total?;
    Some(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DUMP: &str = "\
events: Ir
fn=(1) main
cfn=(2) malloc
calls=3 0
0 300
cfn=(3) __malloc_usable
calls=9 0
fn=(2)
0 300
fn=(4) grow
cfn=(5) realloc
calls=2 0
0 80
cfn=(2)
calls=1 0
totals: 1234
";

    #[test]
    fn calls_of_allocating_functions_are_summed_whoever_calls() {
        assert_eq!(
            parse(DUMP),
            Some(Count {
                instructions: 1234,
                allocations: 6
            })
        );
    }

    #[test]
    fn a_dump_that_was_cut_off_is_no_count() {
        assert_eq!(parse("fn=(1) main\n0 3\n"), None);
    }
}
