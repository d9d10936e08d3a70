use chassis::App;

#[derive(serde::Deserialize)]
struct Desk {
    clerk: String,
}

async fn service(app: App) -> chassis::Result {
    let desk: Desk = app.config("desk")?;
    drop(desk.clerk);
    Ok(())
}

fn main() {
    drop(service);
}
