use chassis::Problem;

#[derive(Debug, Problem)]
pub enum InventoryError<T> {
    #[problem(status = 404)]
    Unknown { sku: T },
}

fn main() {}
