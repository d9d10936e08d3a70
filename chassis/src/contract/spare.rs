//! Header maps that have served: an answer's map carries the headers of the next call.
//!
//! A map allocates twice when its first header comes. One that is kept has its memory already.

use std::cell::Cell;

use http::{HeaderMap, Response};

/// Larger maps are let go: one answer with many headers must not be remembered for ever.
const MOST: usize = 64;

thread_local!(static SPARE: Cell<Option<HeaderMap>> = const { Cell::new(None) });

/// An empty map.
pub(super) fn headers() -> HeaderMap {
    SPARE.take().unwrap_or_default()
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
    fn a_large_map_does_not_come_back() {
        drop(headers());
        keep(answer(MOST * 2));
        assert_eq!(headers().capacity(), 0);
    }
}
