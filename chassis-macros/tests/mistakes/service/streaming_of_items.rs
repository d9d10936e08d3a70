use chassis::{CallError, Item, Streaming, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/changes")]
    async fn watch(&self) -> Result<Streaming<Item<u32>>, CallError>;

    #[get("/counts")]
    async fn counts(&self) -> Result<Streaming<Result<u32, CallError>>, CallError>;
}

fn main() {}
