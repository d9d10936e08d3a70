use std::rc::Rc;

use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

struct Warehouse;

impl Inventory for Warehouse {
    async fn stock(&self, sku: String) -> Result<u32, CallError> {
        let sku = Rc::new(sku);
        std::future::ready(()).await;
        Ok(sku.len() as u32)
    }
}

fn main() {}
