use std::sync::Mutex;

use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{sku}")]
    async fn stock(&self, sku: String) -> Result<u32, CallError>;
}

struct Warehouse(Mutex<u32>);

impl Inventory for Warehouse {
    async fn stock(&self, _: String) -> Result<u32, CallError> {
        let count = self.0.lock().unwrap();
        std::future::ready(()).await;
        Ok(*count)
    }
}

fn main() {}
