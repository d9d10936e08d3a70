use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items")]
    async fn list(&self) -> std::io::Result<u32>;
}

fn main() {}
