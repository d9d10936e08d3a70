use chassis::App;

struct Basket(Vec<String>);

async fn service(app: App) -> chassis::Result {
    let basket = Basket(Vec::new());
    app.every("sweep", std::time::Duration::from_secs(1), || async move {
        drop(basket.0);
    });
    Ok(())
}

fn main() {
    drop(service);
}
