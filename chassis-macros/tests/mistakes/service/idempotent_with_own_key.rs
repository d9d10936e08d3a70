use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[post("/items", idempotent)]
    async fn add(
        &self,
        #[header("Idempotency-Key")] key: String,
    ) -> Result<u32, CallError>;
}

fn main() {}
