use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items")]
    async fn list(&self, (a, b): (u8, u8)) -> Result<u32, CallError>;
}

fn main() {}
