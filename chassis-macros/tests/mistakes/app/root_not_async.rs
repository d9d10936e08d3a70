use chassis::{App, Chassis};

fn service(_app: App) -> chassis::Result {
    Ok(())
}

fn main() -> std::process::ExitCode {
    Chassis::new("inventory").run(service)
}
