use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items")]
    async fn all(&self) -> Result<Streaming<u32>, CallError>;
}

fn main() {}
