use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/changes", item_timeout = "5s")]
    async fn changes(&self) -> Result<Vec<u32>, CallError>;
}

fn main() {}
