//! What has served, for the next call: the header maps of a request and of its answer carry the next
//! ones' headers, a target that was sent is overwritten by the next one.
//!
//! A map allocates twice when its first header comes, a text once. What is kept has its memory already.

use std::cell::{Cell, RefCell};

use http::{HeaderMap, Response};

/// A request and its answer have one each.
const MAPS: usize = 2;

/// Larger maps are let go: one answer with many headers must not be remembered for ever.
const MOST: usize = 64;

/// The same of a target, in bytes.
#[cfg(any(test, feature = "service"))]
const LONGEST: usize = 1024;

thread_local! {
    static SPARE: RefCell<Vec<HeaderMap>> = const { RefCell::new(Vec::new()) };
    static TARGET: Cell<Option<String>> = const { Cell::new(None) };
}

/// An empty map.
pub(crate) fn headers() -> HeaderMap {
    SPARE.with_borrow_mut(Vec::pop).unwrap_or_default()
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
    keep_headers(std::mem::take(read.headers_mut()));
}

/// Keeps a map that nobody needs any more.
pub(crate) fn keep_headers(mut headers: HeaderMap) {
    // One without memory is as good as a new one.
    if (1..=MOST).contains(&headers.capacity()) {
        headers.clear();
        SPARE.with_borrow_mut(|spare| {
            if spare.len() < MAPS {
                spare.push(headers);
            }
        });
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
