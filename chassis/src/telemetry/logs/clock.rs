//! Timestamps by RFC 3339, with milliseconds; the date and time of a second are rendered once.

use std::cell::Cell;
use std::time::{SystemTime, UNIX_EPOCH};

use super::json::padded;

/// `2026-11-21T10:15:00`.
const LENGTH: usize = 19;

thread_local! {
    /// The last second of this thread, and its text.
    static SECOND: Cell<(u64, [u8; LENGTH])> = const { Cell::new((u64::MAX, [0; LENGTH])) };
}

/// Appends `2026-11-21T10:15:00.123Z`.
pub(super) fn timestamp(out: &mut Vec<u8>, at: SystemTime) {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs();
    let (known, mut text) = SECOND.get();
    if known != seconds {
        text = rendered(seconds);
        SECOND.set((seconds, text));
    }
    out.extend_from_slice(&text);
    out.push(b'.');
    padded::<3>(out, since.subsec_millis().into());
    out.push(b'Z');
}

fn rendered(seconds: u64) -> [u8; LENGTH] {
    let (year, month, day) = date(seconds / 86_400);
    let second = seconds % 86_400;
    let mut out = Vec::with_capacity(LENGTH);
    padded::<4>(&mut out, year);
    for (mark, value) in [
        (b'-', month),
        (b'-', day),
        (b'T', second / 3_600),
        (b':', second / 60 % 60),
        (b':', second % 60),
    ] {
        out.push(mark);
        padded::<2>(&mut out, value);
    }
    out.try_into().unwrap_or([b'?'; LENGTH])
}

/// Year, month and day of the Gregorian calendar, `days` after the first of January 1970.
fn date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        days -= length;
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_as_the_calendar_says() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_001, "2000-02-29T00:00:00.001Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"),
            (1_735_689_600_000, "2025-01-01T00:00:00.000Z"),
            (4_107_542_399_000, "2100-02-28T23:59:59.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            let mut out = Vec::new();
            timestamp(&mut out, UNIX_EPOCH + Duration::from_millis(millis));
            assert_eq!(String::from_utf8(out).unwrap(), text);
        }
    }
}
