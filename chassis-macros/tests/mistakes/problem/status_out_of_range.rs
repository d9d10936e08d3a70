use chassis::Problem;

#[derive(Debug, thiserror::Error, Problem)]
pub enum InventoryError {
    #[error("unknown")]
    #[problem(status = 200)]
    Unknown,
}

fn main() {}
