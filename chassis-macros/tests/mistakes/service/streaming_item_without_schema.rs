use chassis::{CallError, Streaming, service};

#[derive(serde::Serialize, serde::Deserialize)]
pub struct Change {
    count: u32,
}

#[service(version = "1")]
pub trait Inventory {
    #[get("/changes")]
    async fn watch(&self) -> Result<Streaming<Change>, CallError>;
}

fn main() {}
