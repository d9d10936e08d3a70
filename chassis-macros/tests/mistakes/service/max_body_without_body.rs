use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items", max_body = "64KiB")]
    async fn list(&self) -> Result<u32, CallError>;
}

fn main() {}
