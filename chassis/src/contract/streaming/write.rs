//! Items as they go over the wire.
//!
//! | | server-sent events | NDJSON |
//! |---|---|---|
//! | an item | `id: 7`, `data: {…}` | `{"data":{…},"id":"7"}` |
//! | nothing yet | `:` | an empty line |
//! | the last item was an error | `event: error`, `data:` the problem | `{"error":{…}}` |
//! | the end | `event: end`, `data: {}` | `{"end":{}}` |
//! | come back later | `retry: 1200` | `{"retry":1200}` |
//!
//! The end is marked, so that a reader can tell it from a connection that was cut.

use std::fmt;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use super::{Body, Format, Item, Items, Streaming};
use crate::contract::Reply;
use crate::{Problem, ProblemDetails};

const UNENCODABLE: &str = "unencodable-answer";

/// A handler's stream as an answer: 200 with items, in `format`.
pub fn answer_streaming<T, S, E>(
    result: Result<Streaming<T, S>, E>,
    contract: &'static str,
    format: Format,
) -> Reply
where
    T: Serialize + 'static,
    S: Problem,
    E: Problem,
{
    match result {
        Ok(streaming) => Reply {
            content_type: Some(HeaderValue::from_static(format.media_type())),
            body: Body::Frames(Frames {
                format,
                source: Box::pin(Encoding {
                    items: streaming.into_items(),
                    contract,
                    format,
                }),
            }),
            ..Reply::empty(StatusCode::OK)
        },
        Err(error) => Reply::problem(&error.to_problem(contract), error.kind()),
    }
}

/// The items of an answer, encoded one by one: each when it is asked for.
pub struct Frames {
    format: Format,
    source: Pin<Box<dyn Source>>,
}

/// One piece of a stream, whole: an item, or its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// As it goes over the wire.
    pub bytes: Bytes,
    /// What it is.
    pub kind: FrameKind,
}

/// What a [`Frame`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameKind {
    /// An item; more may come.
    Item,
    /// The end, in order.
    End,
    /// The end, by an error of this `error.type`.
    Failed(&'static str),
}

impl Frames {
    /// The next frame. After one that is no [`FrameKind::Item`] there is none.
    pub fn poll_frame(&mut self, cx: &mut TaskContext<'_>) -> Poll<Frame> {
        self.source.as_mut().poll_frame(cx)
    }

    /// How they are written.
    pub fn format(&self) -> Format {
        self.format
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frames")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}

impl Format {
    /// Says that the stream still lives.
    pub fn heartbeat(self) -> Bytes {
        Bytes::from_static(match self {
            Self::Events => b":\n\n",
            Self::Lines => b"\n",
        })
    }

    /// Says that the reader is to ask again after `pause`: what a stream ends with that is not over.
    pub fn retry(self, pause: Duration) -> Bytes {
        let pause = pause.as_millis();
        Bytes::from(match self {
            Self::Events => format!("retry: {pause}\n\n"),
            Self::Lines => format!("{{\"retry\":{pause}}}\n"),
        })
    }

    /// Ends the stream with `problem`; `kind` becomes `error.type`.
    pub fn failed(self, problem: &ProblemDetails, kind: &'static str) -> Frame {
        let mut bytes = self.begin("event: error\n", "{\"error\":");
        // Its members are text, numbers and JSON values: it can always be written.
        let _ = serde_json::to_writer(&mut bytes, problem);
        self.close(bytes, FrameKind::Failed(kind))
    }

    fn end(self) -> Frame {
        let mut bytes = self.begin("event: end\n", "{\"end\":");
        bytes.extend_from_slice(b"{}");
        self.close(bytes, FrameKind::End)
    }

    /// Each item has memory of its own: a reader that is slow holds no more than what it has not
    /// read.
    fn item<T: Serialize>(self, item: &Item<T>) -> Result<Frame, Unencodable> {
        let id = item.id.as_deref().filter(|id| !id.is_empty());
        if id.is_some_and(|id| !id.bytes().all(|byte| byte.is_ascii_graphic())) {
            return Err(Unencodable);
        }
        let event_id = id.map_or_else(String::new, |id| format!("id: {id}\n"));
        let mut bytes = self.begin(&event_id, "{\"data\":");
        let from = bytes.len();
        serde_json::to_writer(&mut bytes, &item.value).map_err(|_| Unencodable)?;
        one_line(&mut bytes[from..]);
        if let (Self::Lines, Some(id)) = (self, id) {
            bytes.extend_from_slice(b",\"id\":");
            serde_json::to_writer(&mut bytes, id).map_err(|_| Unencodable)?;
        }
        Ok(self.close(bytes, FrameKind::Item))
    }

    fn begin(self, event: &str, line: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(128);
        match self {
            Self::Events => {
                bytes.extend_from_slice(event.as_bytes());
                bytes.extend_from_slice(b"data: ");
            }
            Self::Lines => bytes.extend_from_slice(line.as_bytes()),
        }
        bytes
    }

    fn close(self, mut bytes: Vec<u8>, kind: FrameKind) -> Frame {
        bytes.extend_from_slice(match self {
            Self::Events => b"\n\n",
            Self::Lines => b"}\n",
        });
        Frame {
            bytes: bytes.into(),
            kind,
        }
    }
}

/// A value that the format cannot hold: a bug of the service, so nothing of it is shown.
struct Unencodable;

/// In a JSON text a bare line break stands only between tokens (a `RawValue` may have some).
fn one_line(json: &mut [u8]) {
    for byte in json {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// Gives frames, its types forgotten.
trait Source: Send {
    fn poll_frame(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Frame>;
}

/// Encodes what a handler's stream gives.
struct Encoding<T, E> {
    items: Items<T, E>,
    contract: &'static str,
    format: Format,
}

impl<T: Serialize, E: Problem> Source for Encoding<T, E> {
    fn poll_frame(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<Frame> {
        let this = self.get_mut();
        let format = this.format;
        Poll::Ready(match ready!(this.items.as_mut().poll_next(cx)) {
            Some(Ok(item)) => format.item(&item).unwrap_or_else(|Unencodable| {
                format.failed(&ProblemDetails::chassis(UNENCODABLE, 500), UNENCODABLE)
            }),
            Some(Err(error)) => format.failed(&error.to_problem(this.contract), error.kind()),
            None => format.end(),
        })
    }
}
