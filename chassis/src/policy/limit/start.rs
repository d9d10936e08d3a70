//! [`Start`]: the beginning of a limit, low and fast.
//!
//! Nobody knows how many calls can be served, so few are let in. Each that ends in good time, while others
//! are refused, lets more in: three times as many after the time of one call. That goes on until
//! calls are held up for the first time, also when it is needed only hours later. So a start under
//! overload lets in a little too much for a moment, and one under load that can be served refuses
//! hardly anybody.

use super::controller::Window;

/// How far it is.
#[derive(Debug, Default)]
pub(super) struct Start {
    /// How many windows in a row were slow.
    slow: u32,
}

/// What a window says of the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Calls are as quick as they should be.
    Good,
    /// They are not, and may be so by chance.
    Slow,
    /// They are held up: this is as much as there is.
    Over,
}

/// A window needs so few calls: it is more important to be fast than to be right.
pub(super) const CALLS: u32 = 5;
/// How many more are let in for each that ends in good time.
pub(super) const GROWTH: f64 = 2.0;
/// So many slow windows in a row are no chance.
const SLOW: u32 = 20;

impl Start {
    /// What `window` says, where calls may take `allowed` nanoseconds.
    pub(super) fn sign(&mut self, window: &Window, allowed: f64) -> Sign {
        if window.mean <= allowed {
            self.slow = 0;
            return Sign::Good;
        }
        self.slow += 1;
        // Even the quickest was held up: a queue stands.
        match window.fastest > allowed || self.slow >= SLOW {
            true => Sign::Over,
            false => Sign::Slow,
        }
    }
}
