//! The program: `cargo run`, and `cargo run -- --help` for what else it does.

use std::process::ExitCode;

use chassis::Chassis;

fn main() -> ExitCode {
    Chassis::new("{{service_name}}")
        .version(env!("CARGO_PKG_VERSION"))
        .run({{service_crate}}::service)
}
