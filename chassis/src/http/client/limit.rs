//! The error of a call that passed its limit.

use crate::CallError;
pub(super) use crate::policy::timeout::{Limit, Whose, after, within};

/// The error of a call to `service` that passed `limit`.
pub(super) fn passed(limit: Limit, service: &str, stage: &'static str) -> CallError {
    let service = service.to_owned();
    match limit.whose() {
        Whose::Caller => CallError::Deadline { service, stage },
        Whose::Own(limit) => CallError::Timeout { service, limit },
    }
}
