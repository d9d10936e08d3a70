use chassis::Problem;

#[derive(Debug, thiserror::Error, Problem)]
pub enum InventoryError {
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] std::io::Error),
}

fn main() {}
