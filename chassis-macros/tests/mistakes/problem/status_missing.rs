use chassis::Problem;

#[derive(Debug, thiserror::Error, Problem)]
pub enum InventoryError {
    #[error("unknown")]
    Unknown,
}

fn main() {}
