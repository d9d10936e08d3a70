//! [`Component`]: what one component has for itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::logs::{self, AccessLog};
use super::metrics::Metrics;
use super::resource::Resource;
use super::shared::Shared;
use crate::context::ComponentId;

/// One component.
#[derive(Debug)]
pub(crate) struct Component {
    pub(crate) id: ComponentId,
    pub(crate) resource: Arc<Resource>,
    pub(crate) metrics: Metrics,
    pub(crate) access: AccessLog,
    pub(crate) shared: Arc<Shared>,
}

impl Drop for Component {
    fn drop(&mut self) {
        logs::leave(self.id);
    }
}

/// An id that no other component of this process has.
pub(crate) fn next_id() -> ComponentId {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    ComponentId(NEXT.fetch_add(1, Relaxed))
}
