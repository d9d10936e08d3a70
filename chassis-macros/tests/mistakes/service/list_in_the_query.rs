use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items/{range}")]
    async fn list(&self, range: (u8, u8), skus: Option<Vec<String>>) -> Result<u32, CallError>;
}

fn main() {}
