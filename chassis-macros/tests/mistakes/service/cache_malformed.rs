use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items", cache = "long")]
    async fn list(&self) -> Result<u32, CallError>;

    #[get("/parts", cache = "30s, shared")]
    async fn parts(&self) -> Result<u32, CallError>;
}

fn main() {}
