use chassis::{CallError, service};

#[service(version = "1")]
pub trait Inventory {
    type Item;
}

fn main() {}
