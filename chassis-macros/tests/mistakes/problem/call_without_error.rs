use chassis::Problem;

#[derive(Debug, thiserror::Error, Problem)]
pub enum InventoryError {
    #[error("failed")]
    #[problem(call)]
    Call,
}

fn main() {}
