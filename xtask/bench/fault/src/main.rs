//! `load`: requests at a constant rate, whatever becomes of them, and what became of them as JSON.
//!
//! An open loop, as strangers are: the next request comes when it is due, not when the last one was
//! answered, and its latency counts from when it was due ("coordinated omission" is what the other way
//! is called). One thread, one epoll, plain HTTP/1.1 on connections that were opened before, one
//! request at a time on each. [`plan`] is what was asked for, [`generator`] the loop, [`connection`]
//! one socket, [`tally`] what is counted.
//!
//! It wakes once a millisecond, so a request may be sent that much late; the report says how late they
//! were (`lag`), and `kept` whether the rate was offered at all.

mod connection;
mod generator;
mod plan;
mod tally;

use std::process::ExitCode;

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the report is what it is for"
)]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let report = plan::Plan::parse(&arguments).and_then(|plan| generator::run(&plan));
    match report {
        Ok(report) => {
            println!("{report:#}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What may go wrong before there is a report.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
