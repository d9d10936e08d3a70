use chassis::{CallError, Streaming, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items", cache = "30s")]
    async fn list(&self) -> Result<Streaming<u32>, CallError>;
}

fn main() {}
