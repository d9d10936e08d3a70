//! The body of an answer, whole and bounded.

use std::future::poll_fn;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use http_body::Body as _;

use super::pool::Lease;
use super::wire::WireError;

/// Why there is no body.
#[derive(Debug)]
pub(super) enum BodyError {
    /// It is larger than the limit.
    TooLarge,
    /// The connection broke, or what came is not HTTP.
    Broken(WireError),
}

/// The whole body of the answer that comes by `body`, if it has at most `max` bytes. One that arrives in one piece is not copied.
pub(super) async fn collect(body: &mut Lease, max: usize) -> Result<Bytes, BodyError> {
    let declared = body.size_hint().lower();
    if declared > max as u64 {
        return Err(BodyError::TooLarge);
    }
    let Some(first) = chunk(body).await? else {
        return Ok(Bytes::new());
    };
    check(first.len(), max)?;
    if body.is_end_stream() {
        return Ok(first);
    }
    let Some(second) = chunk(body).await? else {
        return Ok(first);
    };
    check(first.len() + second.len(), max)?;
    let room = (declared as usize).max(first.len() + second.len());
    let mut whole = BytesMut::with_capacity(room.min(max));
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&second);
    drop((first, second));
    while let Some(next) = chunk(body).await? {
        check(whole.len() + next.len(), max)?;
        whole.extend_from_slice(&next);
    }
    Ok(whole.freeze())
}

fn check(len: usize, max: usize) -> Result<(), BodyError> {
    if len > max {
        return Err(BodyError::TooLarge);
    }
    Ok(())
}

/// The next piece; trailers are passed over.
async fn chunk(body: &mut Lease) -> Result<Option<Bytes>, BodyError> {
    loop {
        let frame = match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
            None => return Ok(None),
            Some(frame) => frame.map_err(BodyError::Broken)?,
        };
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
}
