use chassis::{App, Chassis};

async fn service(app: App) {
    drop(app);
}

fn main() -> std::process::ExitCode {
    Chassis::new("inventory").run(service)
}
