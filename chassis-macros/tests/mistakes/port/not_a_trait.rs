use chassis::port;

#[port]
pub enum StockStore {}

fn main() {}
