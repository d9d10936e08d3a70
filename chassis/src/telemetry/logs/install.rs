//! The process's subscriber of `tracing`: installed once, shared by all systems in it.

use std::sync::Once;

use tracing_subscriber::layer::SubscriberExt;

use super::joined;

/// Installs the chassis' subscriber, unless the program has one: that one is kept.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::registry().with(joined::alone());
        // Fails where a host program has installed its own; it may add our layer to it.
        let _ = tracing::subscriber::set_global_default(subscriber);
    });
}

/// Has every place that logs ask again whether it is wanted: levels or systems have changed.
pub(crate) fn rebuild() {
    tracing::callsite::rebuild_interest_cache();
}
