use chassis::{CallError, Streaming, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/changes", item_timeout = "soon")]
    async fn changes(&self) -> Result<Streaming<u32>, CallError>;
}

fn main() {}
