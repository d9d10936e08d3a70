use chassis::Problem;

#[derive(Debug, thiserror::Error, Problem)]
pub enum InventoryError {
    #[error("unknown")]
    #[problem(status = 404, type = "urn:problem:x")]
    Unknown,
    #[error("gone")]
    #[problem(status = 410, type = "urn:problem:x")]
    Gone,
}

fn main() {}
