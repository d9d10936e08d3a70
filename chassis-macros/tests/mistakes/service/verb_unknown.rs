use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[fetch("/items")]
    async fn list(&self) -> Result<u32, CallError>;
}

fn main() {}
