//! The service as its callers meet it: in this process, and over the wire.

mod in_process;
mod wire;

use std::sync::Arc;

use twin_contract::{ItemId, NewItem};

use crate::SqliteItems;

async fn store() -> Arc<SqliteItems> {
    Arc::new(SqliteItems::open("sqlite::memory:").await.unwrap())
}

fn id() -> ItemId {
    ItemId("7".to_owned())
}

fn kettles(quantity: u32) -> NewItem {
    NewItem {
        name: "kettle".to_owned(),
        quantity,
    }
}
