//! Libraries that speak the opentelemetry API join: the chassis is their global tracer and
//! propagator. Feature `opentelemetry`.
//!
//! A span that a library begins is a part of the library's own active span, else of the call that
//! the chassis serves; it leaves with the chassis' own spans. What a library injects into headers is
//! the trace of either. Installed when the first [`Telemetry`](super::Telemetry) is made, in place
//! of what the program had installed before.
//!
//! The other way round it ends at the call: calls through the chassis' ports and clients are
//! children of the call, not of a library's span around them. Their meter is not ours yet.

mod propagator;
mod span;
mod tracer;
mod words;

use std::sync::Once;

use opentelemetry::global;

use propagator::Propagator;
use tracer::Provider;

/// Makes the chassis the global tracer and propagator, once.
pub(super) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        global::set_tracer_provider(Provider);
        global::set_text_map_propagator(Propagator::default());
    });
}

#[cfg(test)]
mod tests;
