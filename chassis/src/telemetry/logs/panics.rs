//! Panics in the log, with the trace of the call that panicked.

use std::cell::Cell;
use std::panic;
use std::sync::Once;

use super::routes;
use crate::Context;

thread_local! {
    /// Whether the panic that unwinds this thread is in the log already.
    static LOGGED: Cell<bool> = const { Cell::new(false) };
}

/// Whether the panic that was just caught on this thread is in the log already. Asked once a panic.
pub(crate) fn was_logged() -> bool {
    LOGGED.take()
}

/// Has every panic of this process logged as one line, instead of written to standard error. Where
/// no system runs that could log it, it is written as before.
///
/// For the program that owns the process; a host program decides for itself.
pub fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if routes::find(Context::current().component()).is_none() {
                LOGGED.set(false);
                return before(info);
            }
            let thread = std::thread::current();
            let place = info.location().map(ToString::to_string);
            tracing::error!(
                target: "chassis::panic",
                thread = thread.name().unwrap_or("unnamed"),
                location = place.as_deref().unwrap_or("unknown"),
                "panicked: {}",
                info.payload_as_str().unwrap_or("(no message)")
            );
            LOGGED.set(true);
        }));
    });
}
