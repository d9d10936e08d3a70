use chassis::App;

async fn service(app: App) -> chassis::Result {
    app.spawn("count", async |_stop| "many".parse::<u16>().map(drop));
    Ok(())
}

fn main() {
    drop(service);
}
