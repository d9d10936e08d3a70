use std::cell::Cell;

use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

struct Warehouse(Cell<u32>);

impl Inventory for Warehouse {
    async fn stock(&self, _: String) -> Result<u32, CallError> {
        Ok(self.0.get())
    }
}

fn main() {}
