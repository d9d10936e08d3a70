//! Timeouts: how long the caller still waits, relative, so that clocks need not agree.

use std::time::Duration;

use super::trim;

/// Milliseconds, of at most ten digits: `x-envoy-expected-rq-timeout-ms`, `connect-timeout-ms`.
pub(in crate::context) fn millis(value: &[u8]) -> Option<Duration> {
    digits(trim(value), 10).map(Duration::from_millis)
}

/// At most eight digits and a unit: `grpc-timeout`.
pub(in crate::context) fn grpc(value: &[u8]) -> Option<Duration> {
    let (unit, number) = trim(value).split_last()?;
    let number = digits(number, 8)?;
    Some(match unit {
        b'H' => Duration::from_secs(number * 3600),
        b'M' => Duration::from_secs(number * 60),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return None,
    })
}

fn digits(text: &[u8], most: usize) -> Option<u64> {
    if text.is_empty() || text.len() > most {
        return None;
    }
    text.iter().try_fold(0, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + u64::from(byte - b'0'))
    })
}
