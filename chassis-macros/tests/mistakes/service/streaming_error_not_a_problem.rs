use chassis::{CallError, Streaming, service};

pub struct Failed;

#[service(version = "1")]
pub trait Inventory {
    #[get("/changes")]
    async fn watch(&self) -> Result<Streaming<u32, Failed>, CallError>;
}

fn main() {}
