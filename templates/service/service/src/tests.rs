//! The service as its callers meet it: in this process, and over the wire.

mod hexagon;
mod in_process;
mod wire;

use contract::{ItemId, NewItem};

// See Cargo.toml. With `--release` programs are optimized whole, so there it isn't taken.
#[cfg(all(debug_assertions, target_os = "linux", target_env = "gnu"))]
use chassis_shared as _;

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
