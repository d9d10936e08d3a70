use chassis::contract::Served;

trait Inventory {}

struct Warehouse;

impl Inventory for Warehouse {}

fn serve<C: ?Sized>(_: impl Served<C>) {}

fn compose() {
    serve::<dyn Inventory>(Warehouse);
}

fn main() {}
