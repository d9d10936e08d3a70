use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/items")]
    async fn list(&self);
}

fn main() {}
