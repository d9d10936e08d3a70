use chassis::App;

pub trait Inventory {
    fn stock(&self, sku: String) -> u32;
}

async fn service(app: App) -> chassis::Result {
    let inventory = app.client::<dyn Inventory>()?;
    drop(inventory);
    Ok(())
}

fn main() {
    drop(service);
}
