//! [`Fields`]: what answers say of a rate limit, in the fields of the IETF draft.
//!
//! Written without the machinery of formats: what is the same each time is rendered once, and the
//! numbers by hand.

use std::time::Duration;

use http::header::InvalidHeaderValue;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::super::text::carve_all;

/// The fields of one limit.
#[derive(Debug)]
pub(super) struct Fields {
    /// `"name";r=`.
    name: Box<[u8]>,
    /// `"name";q=100;w=60`.
    policy: HeaderValue,
}

const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

impl Fields {
    /// `limit` calls in `per`.
    ///
    /// # Errors
    ///
    /// When `name` can't stand in a header.
    pub(super) fn new(name: &str, limit: u32, per: Duration) -> Result<Self, InvalidHeaderValue> {
        let window = per.as_secs().max(1);
        Ok(Self {
            name: format!("\"{name}\";r=").into_bytes().into(),
            policy: HeaderValue::try_from(format!("\"{name}\";q={limit};w={window}"))?,
        })
    }

    /// `remaining` more calls now, all again in `reset` seconds.
    pub(super) fn write(&self, remaining: u32, reset: u32, headers: &mut HeaderMap) {
        let (mut first, mut second) = ([0; 10], [0; 10]);
        let (remaining, reset) = (digits(remaining, &mut first), digits(reset, &mut second));
        let text = carve_all([&self.name, remaining, b";t=", reset]);
        // The name is known to be fit for a header, and so are digits.
        if let Ok(value) = HeaderValue::from_maybe_shared(text) {
            headers.insert(RATELIMIT, value);
        }
        headers.insert(POLICY, self.policy.clone());
    }
}

/// `number` in digits, written into `room` from its end.
fn digits(mut number: u32, room: &mut [u8; 10]) -> &[u8] {
    let mut begin = room.len();
    for digit in room.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        begin -= 1;
        if number == 0 {
            break;
        }
    }
    &room[begin..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_read_as_the_draft_has_them() {
        let fields = Fields::new("orders", 600, Duration::from_mins(1)).unwrap();
        let written = |remaining, reset| {
            let mut headers = HeaderMap::new();
            fields.write(remaining, reset, &mut headers);
            assert_eq!(headers[POLICY], "\"orders\";q=600;w=60");
            headers[RATELIMIT].to_str().unwrap().to_owned()
        };
        assert_eq!(written(12, 9), "\"orders\";r=12;t=9");
        assert_eq!(written(0, 100), "\"orders\";r=0;t=100");
        let most = "\"orders\";r=4294967295;t=4294967295";
        assert_eq!(written(u32::MAX, u32::MAX), most);
    }

    #[test]
    fn a_name_that_no_header_holds_is_refused() {
        assert!(Fields::new("a\nb", 1, Duration::from_secs(1)).is_err());
    }
}
