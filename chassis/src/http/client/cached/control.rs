//! [`Control`]: what an answer says of being kept (RFC 9111, RFC 5861).

use std::time::Duration;

use http::header::{AGE, CACHE_CONTROL, VARY};
use http::{HeaderMap, HeaderValue};

/// What an answer says of being kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Control {
    pub(super) no_store: bool,
    pub(super) no_cache: bool,
    pub(super) private: bool,
    pub(super) must_revalidate: bool,
    pub(super) max_age: Option<Duration>,
    pub(super) while_revalidate: Option<Duration>,
    pub(super) if_error: Option<Duration>,
    /// How old it was when it came, as caches in between say.
    pub(super) age: Duration,
}

/// What is more is taken as this, so that no number of a stranger overflows a clock.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

impl Control {
    /// What `headers` say. What cannot be read makes an answer one that is not kept.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut control = Self::default();
        for value in headers.get_all(CACHE_CONTROL) {
            let Ok(value) = value.to_str() else {
                control.no_store = true;
                continue;
            };
            value.split(',').for_each(|part| control.read(part.trim()));
        }
        let age = headers.get(AGE).map(HeaderValue::to_str);
        control.age = age.and_then(|age| seconds(age.ok()?)).unwrap_or_default();
        // Which requests it answers, nobody knows.
        control.no_store |= headers.get_all(VARY).iter().any(|value| value == "*");
        control
    }

    fn read(&mut self, directive: &str) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let time = || seconds(value.trim_matches('"'));
        match name.to_ascii_lowercase().as_str() {
            "no-store" => self.no_store = true,
            "no-cache" => self.no_cache = true,
            "private" => self.private = true,
            "must-revalidate" => self.must_revalidate = true,
            // What is no number is as good as over (RFC 9111, 4.2.1).
            "max-age" => self.max_age = Some(time().unwrap_or_default()),
            "stale-while-revalidate" => self.while_revalidate = time(),
            "stale-if-error" => self.if_error = time(),
            _ => {}
        }
    }
}

fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // A number beyond all numbers is a long time, not none.
    digits.then(|| match text.parse() {
        Ok(seconds) => Duration::from_secs(seconds).min(LONGEST),
        Err(_) => LONGEST,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn control(text: &str) -> Control {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, text.parse().unwrap());
        Control::of(&headers)
    }

    #[test]
    fn directives_are_read_as_they_are_written() {
        let read = control("Private, max-age=\"30\" , stale-while-revalidate=5,stale-if-error=600");
        assert!(read.private && !read.no_store);
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(read.max_age, seconds(30));
        assert_eq!(read.while_revalidate, seconds(5));
        assert_eq!(read.if_error, seconds(600));
        assert!(control("no-store").no_store && control("no-cache").no_cache);
    }

    #[test]
    fn garbage_makes_nothing_fresh_and_overflows_nothing() {
        for text in ["max-age=soon", "max-age=-1", "max-age=", "max-age"] {
            assert_eq!(control(text).max_age, Some(Duration::ZERO), "{text}");
        }
        let many = control("max-age=99999999999999999999999999");
        assert_eq!(many.max_age, Some(LONGEST));
        let mut headers = HeaderMap::new();
        let odd = HeaderValue::from_bytes(b"max-age=30, \xff").unwrap();
        headers.insert(CACHE_CONTROL, odd);
        assert!(Control::of(&headers).no_store);
        headers.clear();
        headers.insert(VARY, "*".parse().unwrap());
        assert!(Control::of(&headers).no_store);
    }
}
