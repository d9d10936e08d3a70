//! The SQL store of a service: a pool of connections, and migrations under a lock.
//!
//! A service reaches it by `app.sql()` and `app.migrate(…)`. The embedded store is SQLite, in a
//! file of the state folder; `store.url` moves it.

mod migrations;
mod settings;
mod sqlite;
mod state;

pub use migrations::migrations;
pub use settings::StoreSettings;
pub use sqlite::Sqlite;
pub(crate) use state::State;
