use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/b", scope = "stock:read")]
    async fn b(&self) -> Result<u32, CallError>;

    #[get("/c", public)]
    async fn c(&self) -> Result<u32, CallError>;

    #[get("/d", audit)]
    async fn d(&self) -> Result<u32, CallError>;
}

fn main() {}
