//! Bodies over a stream of HTTP/2, as fast as the other side takes them.

use std::future::poll_fn;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::{Reason, RecvStream, SendStream};
use http_body::Frame;

use super::super::SendBody;
use super::super::body::Streaming;

/// The next piece of an answer.
pub(super) fn poll_stream(
    stream: &mut RecvStream,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Frame<Bytes>, h2::Error>>> {
    match ready!(stream.poll_data(cx)) {
        Some(Ok(data)) => {
            // The window opens again as far as was read, and no further: what nobody reads stays
            // with the callee.
            let released = stream.flow_control().release_capacity(data.len());
            Poll::Ready(Some(released.map(|()| Frame::data(data))))
        }
        Some(Err(error)) => Poll::Ready(Some(Err(error))),
        None => {
            let trailers = ready!(stream.poll_trailers(cx));
            Poll::Ready(trailers.transpose().map(|it| it.map(Frame::trailers)))
        }
    }
}

/// Sends a body. One that is whole is handed over at once; one that streams has a task, because the
/// callee may answer before it has read it.
#[expect(
    clippy::disallowed_methods,
    reason = "it ends with the stream, and does nothing that a context belongs to"
)]
pub(super) fn send_body(mut stream: SendStream<Bytes>, body: SendBody) {
    match body {
        // A connection that is gone says so to the one who awaits the answer.
        SendBody::Whole(bytes) => drop(stream.send_data(bytes, true)),
        SendBody::Streaming(body) => drop(tokio::spawn(async move {
            if pump(&mut stream, body).await.is_err() {
                stream.send_reset(Reason::CANCEL);
            }
        })),
    }
}

/// The stream was given up, or its body failed.
struct Stopped;

async fn pump(stream: &mut SendStream<Bytes>, mut body: Streaming) -> Result<(), Stopped> {
    loop {
        let frame = poll_fn(|cx| {
            if stream.poll_reset(cx).is_ready() {
                return Poll::Ready(Some(Err(Stopped)));
            }
            let frame = body.as_mut().poll_frame(cx);
            frame.map(|frame| frame.map(|frame| frame.map_err(|_| Stopped)))
        });
        let Some(frame) = frame.await.transpose()? else {
            return stream.send_data(Bytes::new(), true).map_err(|_| Stopped);
        };
        match frame.into_data() {
            Ok(data) => send_chunk(stream, data).await?,
            Err(frame) => {
                let trailers = frame.into_trailers().unwrap_or_default();
                return stream.send_trailers(trailers).map_err(|_| Stopped);
            }
        }
    }
}

/// Sends as much at a time as the callee's window allows, so that a slow one stops the body.
async fn send_chunk(stream: &mut SendStream<Bytes>, mut data: Bytes) -> Result<(), Stopped> {
    while !data.is_empty() {
        stream.reserve_capacity(data.len());
        let capacity = poll_fn(|cx| stream.poll_capacity(cx)).await;
        let Some(Ok(capacity)) = capacity else {
            return Err(Stopped);
        };
        let now = data.split_to(capacity.min(data.len()));
        stream.send_data(now, false).map_err(|_| Stopped)?;
    }
    Ok(())
}
