//! What has served, for the next call: an answer's header map carries the next request's headers, a
//! target that was sent is overwritten by the next one.
//!
//! A map allocates twice when its first header comes, a text once. What is kept has its memory already.

use std::cell::Cell;

use http::{HeaderMap, Response};

/// Larger maps are let go: one answer with many headers must not be remembered for ever.
const MOST: usize = 64;

/// The same of a target, in bytes.
#[cfg(any(test, feature = "service"))]
const LONGEST: usize = 1024;

thread_local! {
    static SPARE: Cell<Option<HeaderMap>> = const { Cell::new(None) };
    static TARGET: Cell<Option<String>> = const { Cell::new(None) };
}

/// An empty map.
pub(super) fn headers() -> HeaderMap {
    SPARE.take().unwrap_or_default()
}

/// An empty text with room for `room` bytes.
pub(super) fn target(room: usize) -> String {
    let mut target = TARGET.take().unwrap_or_default();
    target.reserve(room);
    target
}

/// Keeps the text of a target that was copied to where it is sent from.
#[cfg(any(test, feature = "service"))]
pub(crate) fn keep_target(mut target: String) {
    if target.capacity() <= LONGEST {
        target.clear();
        TARGET.set(Some(target));
    }
}

/// Keeps the map of an answer that has been read.
pub(super) fn keep<B>(mut read: Response<B>) {
    let mut headers = std::mem::take(read.headers_mut());
    if headers.capacity() <= MOST {
        headers.clear();
        SPARE.set(Some(headers));
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn answer(headers: usize) -> Response<()> {
        let mut answer = Response::new(());
        for number in 0..headers {
            let name = format!("x-{number}");
            let name = http::HeaderName::try_from(name).unwrap();
            let value = HeaderValue::from_static("y");
            answer.headers_mut().insert(name, value);
        }
        answer
    }

    #[test]
    fn a_map_comes_back_empty_and_with_its_memory() {
        keep(answer(5));
        let headers = headers();
        assert!(headers.is_empty());
        assert!(headers.capacity() >= 5);
    }

    #[test]
    fn a_target_comes_back_empty_and_with_its_memory() {
        keep_target("/v1/items/1".repeat(10));
        let spare = target(8);
        assert!(spare.is_empty());
        assert!(spare.capacity() >= 110);
        keep_target("x".repeat(LONGEST + 1));
        assert!(target(8).capacity() < LONGEST);
    }

    #[test]
    fn a_large_map_does_not_come_back() {
        drop(headers());
        keep(answer(MOST * 2));
        assert_eq!(headers().capacity(), 0);
    }
}
