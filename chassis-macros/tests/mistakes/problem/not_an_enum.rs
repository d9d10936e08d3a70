use chassis::Problem;

#[derive(Debug, thiserror::Error, Problem)]
#[error("unknown")]
pub struct InventoryError;

fn main() {}
