use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{*rest}")]
    async fn stock(&self, rest: String) -> Result<u32, CallError>;
}

fn main() {}
