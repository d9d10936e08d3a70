use chassis::{CallError, Streaming, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/changes")]
    async fn watch(&self) -> Result<Streaming, CallError>;
}

fn main() {}
