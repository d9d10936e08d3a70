use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get(items)]
    async fn list(&self) -> Result<u32, CallError>;
}

fn main() {}
