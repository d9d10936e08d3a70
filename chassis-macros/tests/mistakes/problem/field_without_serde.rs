use chassis::Problem;

#[derive(Debug, thiserror::Error, Problem)]
pub enum InventoryError {
    #[error("unknown")]
    #[problem(status = 404)]
    Unknown { at: std::time::Instant },
}

fn main() {}
