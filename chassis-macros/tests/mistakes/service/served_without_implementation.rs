use chassis::contract::Served;
use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

struct Warehouse;

fn serve<C: ?Sized>(_: impl Served<C>) {}

fn compose() {
    serve::<dyn Inventory>(Warehouse);
}

fn main() {}
