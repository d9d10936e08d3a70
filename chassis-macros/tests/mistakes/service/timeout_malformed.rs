use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items", timeout = "2 seconds")]
    async fn list(&self) -> Result<u32, CallError>;
}

fn main() {}
