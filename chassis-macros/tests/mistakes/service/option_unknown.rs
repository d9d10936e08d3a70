use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items", timout = "2s")]
    async fn list(&self) -> Result<u32, CallError>;
}

fn main() {}
