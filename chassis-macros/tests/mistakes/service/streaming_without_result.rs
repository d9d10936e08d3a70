use chassis::{Streaming, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/changes")]
    async fn watch(&self) -> Streaming<u32>;
}

fn main() {}
