use chassis::Problem;

#[derive(Debug, Problem)]
pub enum InventoryError {
    #[problem(status = 404)]
    Unknown,
}

fn main() {}
