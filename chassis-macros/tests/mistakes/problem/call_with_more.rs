use chassis::Problem;

#[derive(Debug, thiserror::Error, Problem)]
pub enum InventoryError {
    #[error(transparent)]
    #[problem(call, status = 503)]
    Call(#[from] chassis::CallError),
}

fn main() {}
