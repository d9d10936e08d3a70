//! The one place that prints plain lines for people.

use std::io::Write;

/// Prints `text` and a line break, in one piece: log lines share the same output.
pub(super) fn line(text: &str) {
    bytes(format!("{text}\n").as_bytes());
}

/// Prints whole lines as they are.
pub(super) fn bytes(lines: &[u8]) {
    // Nobody may be there to read; that is no reason to fail.
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(lines);
    let _ = out.flush();
}

/// Prints `text` where errors go.
pub(super) fn complain(text: &str) {
    let _ = std::io::stderr()
        .lock()
        .write_all(format!("{}\n", text.trim_end()).as_bytes());
}
