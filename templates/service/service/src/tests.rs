//! The service as its callers meet it: in this process, and over the wire.

mod hexagon;
mod in_process;
mod wire;

use contract::{ItemId, NewItem};

const NAME: &str = "{{service_name}}";

fn id() -> ItemId {
    ItemId("7".to_owned())
}

fn kettles(quantity: u32) -> NewItem {
    NewItem {
        name: "kettle".to_owned(),
        quantity,
    }
}
