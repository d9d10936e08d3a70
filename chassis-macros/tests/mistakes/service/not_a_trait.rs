use chassis::service;

#[service(version = "1")]
pub struct Inventory;

fn main() {}
