use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items", deprecated = "use list")]
    async fn all(&self) -> Result<u32, CallError>;
}

fn main() {}
