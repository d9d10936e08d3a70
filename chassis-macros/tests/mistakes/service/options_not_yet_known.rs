use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[post("/a", idempotent)]
    async fn a(&self) -> Result<u32, CallError>;

    #[get("/b", scope = "stock:read")]
    async fn b(&self) -> Result<u32, CallError>;

    #[get("/c", public)]
    async fn c(&self) -> Result<u32, CallError>;

    #[get("/d", audit)]
    async fn d(&self) -> Result<u32, CallError>;

    #[get("/e", cache = "1m")]
    async fn e(&self) -> Result<u32, CallError>;
}

fn main() {}
