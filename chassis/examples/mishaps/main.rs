//! A program that does wrong what newcomers do wrong, one thing at a time: `MISHAP` says which.
//!
//! `cargo xtask messages` runs it, and shows on the book's page of messages what is said then.
//! [`composing`] holds composition roots, [`workshop`] a service whose answers fail, [`calls`] calls
//! of servers that are odd or away.

mod calls;
mod composing;
mod workshop;

use std::process::ExitCode;

fn main() -> ExitCode {
    let name = std::env::var("MISHAP").unwrap_or_default();
    match name.as_str() {
        "workshop" => workshop::run(),
        "calls" => calls::run(),
        _ => composing::run(&name),
    }
}
