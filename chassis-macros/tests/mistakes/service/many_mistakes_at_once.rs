use chassis::{CallError, service};

#[service(version = "one")]
pub trait Inventory: Clone {
    #[get("items", timeout = "soon")]
    fn list(&mut self, limit: &str) -> Result<u32, CallError>;

    #[post("/items/{sku}")]
    async fn add(&self, count: u32, price: u32) -> u32;
}

// What follows from the mistakes is not reported: the trait comes out all the same.
fn takes(_: &impl Inventory) {}

fn main() {}
