use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    #[get("/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}")]
    async fn deep(&self, a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8, h: u8, i: u8)
    -> Result<u32, CallError>;
}

fn main() {}
