//! Logs: the user's events by `tracing`, and one access-log line a request.

mod access;

pub use access::{AccessLog, AccessRecord, AccessRoute};
