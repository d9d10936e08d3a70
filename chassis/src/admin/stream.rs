//! [`Stream`]: `GET /admin/events`: what changes, sent to every page that is open.
//!
//! One task looks once a second and writes each event once, for all pages. It starts with the
//! first page and ends with the last: without a page nothing runs. A page that reads too slowly
//! misses events, and is then told everything anew; one that does not read at all is let go.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context as TaskContext, Poll};
use std::time::{Duration, UNIX_EPOCH};

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http_body::Frame;
use serde::Serialize;
use tokio::sync::{Notify, mpsc, oneshot};

use super::fence::Refusal;
use super::model::{Live, Numbers, Ticks};
use super::{Desk, millis};
use crate::ProblemDetails;
use crate::context::Env;

/// Time between two looks.
const PERIOD: Duration = Duration::from_secs(1);

/// Pages that may be open at a time.
const PAGES: usize = 64;

/// Events that wait for a page.
const WAITING: usize = 8;

/// A page that has taken nothing for so many looks is let go.
const PATIENCE: u32 = 30;

/// After so many looks without an event a page is sent a comment, so that a connection that broke
/// unnoticed is found.
const SILENCE: u32 = 15;

/// How long a page waits until it asks again, in milliseconds.
const RETRY: u32 = 2_000;

/// What is sent to the pages that are open.
pub(crate) struct Stream {
    pub(super) desk: Arc<dyn Desk>,
    env: Env,
    pages: Mutex<Pages>,
    ended: Notify,
}

#[derive(Default)]
struct Pages {
    open: Vec<Reader>,
    /// What they know beside numbers; nothing is known while none is open.
    live: Option<Live>,
    /// For how many looks there was nothing to say.
    silence: u32,
    /// Whether a task looks.
    is_watched: bool,
    is_ended: bool,
}

/// The near end of one page.
struct Reader {
    events: mpsc::Sender<Bytes>,
    /// Ends when the far end does.
    gone: oneshot::Receiver<()>,
    /// It has missed an event.
    is_behind: bool,
    /// For how many looks it has taken nothing.
    stuck: u32,
}

impl Stream {
    pub(crate) fn new(desk: Arc<dyn Desk>, env: Env) -> Arc<Self> {
        Arc::new(Self {
            desk,
            env,
            pages: Mutex::default(),
            ended: Notify::new(),
        })
    }

    /// One more page, or why not. Must be called on a runtime.
    pub(super) fn open(self: &Arc<Self>) -> Result<Response, Refusal> {
        let mut pages = self.pages();
        pages.open.retain(|reader| !reader.events.is_closed());
        if pages.is_ended || pages.open.len() >= PAGES {
            let why = match pages.is_ended {
                true => "the process stops".to_owned(),
                false => format!("{PAGES} pages are open already; close one"),
            };
            let refusal = ProblemDetails::chassis("busy", 503).with_detail(why);
            return Err(Box::new(refusal));
        }
        let (events, reading) = mpsc::channel(WAITING);
        let (alive, gone) = oneshot::channel();
        if !std::mem::replace(&mut pages.is_watched, true) {
            self.desk.board().open(self.env.now());
            self.watch();
        }
        // There is room: nothing was sent before.
        let _ = events.try_send(self.everything(&mut pages));
        pages.open.push(Reader {
            events,
            gone,
            is_behind: false,
            stuck: 0,
        });
        let kind = [(header::CONTENT_TYPE, "text/event-stream")];
        let body = Events {
            events: reading,
            _alive: alive,
        };
        Ok((kind, Body::new(body)).into_response())
    }

    /// Tells all pages that the process stops, and waits until they have read it, for at most
    /// `limit`.
    pub(crate) async fn end(&self, limit: Duration) {
        let readers = {
            let mut pages = self.pages();
            pages.is_ended = true;
            std::mem::take(&mut pages.open)
        };
        self.ended.notify_one();
        let last = Bytes::from(format!("event: end\nretry: {RETRY}\ndata: {{}}\n\n"));
        let farewell = |reader: Reader| {
            let _ = reader.events.try_send(last.clone());
            reader.gone
        };
        // All of them hear it before the first is waited for.
        let gone: Vec<_> = readers.into_iter().map(farewell).collect();
        let all_gone = async {
            for gone in gone {
                let _ = gone.await;
            }
        };
        tokio::select! {
            () = all_gone => {}
            () = self.env.sleep(limit) => {}
        }
    }

    /// Starts the task that looks.
    #[expect(
        clippy::disallowed_methods,
        reason = "the task outlives the request that starts it, so it must not carry its context"
    )]
    fn watch(self: &Arc<Self>) {
        let stream = Arc::clone(self);
        drop(tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = stream.env.sleep(PERIOD) => {}
                    () = stream.ended.notified() => return,
                }
                if !stream.look() {
                    return;
                }
            }
        }));
    }

    /// One look; false when nobody is there any more.
    fn look(&self) -> bool {
        let mut pages = self.pages();
        pages.open.retain(|reader| !reader.events.is_closed());
        if pages.open.is_empty() {
            self.desk.board().close();
            (pages.is_watched, pages.live, pages.silence) = (false, None, 0);
            return false;
        }
        let numbers = self.desk.board().tick(self.env.now());
        let live = self.desk.live();
        let changes = live.since(pages.live.as_ref());
        pages.live = Some(live);
        let mut text = Vec::new();
        if !numbers.is_empty() {
            write(&mut text, "ticks", &self.ticks(numbers));
        }
        if !changes.is_empty() {
            write(&mut text, "changes", &changes);
        }
        pages.silence = if text.is_empty() {
            pages.silence + 1
        } else {
            0
        };
        if pages.silence >= SILENCE {
            pages.silence = 0;
            text.extend(b":\n\n");
        }
        self.send(&mut pages, &text.into());
        true
    }

    fn send(&self, pages: &mut Pages, event: &Bytes) {
        let is_behind = pages.open.iter().any(|reader| reader.is_behind);
        let everything = is_behind.then(|| self.everything(pages));
        pages.open.retain_mut(|reader| match &everything {
            Some(all) if reader.is_behind => reader.take(all),
            _ => event.is_empty() || reader.take(event),
        });
    }

    /// All that a page must know that has just been opened.
    fn everything(&self, pages: &mut Pages) -> Bytes {
        let live = pages.live.get_or_insert_with(|| self.desk.live());
        let mut text = format!("retry: {RETRY}\n").into_bytes();
        write(&mut text, "ticks", &self.ticks(self.desk.board().said()));
        write(&mut text, "changes", &live.since(None));
        text.into()
    }

    fn ticks(&self, figures: Vec<Numbers>) -> Ticks {
        let now = self.env.wall().duration_since(UNIX_EPOCH);
        Ticks {
            at_unix_ms: millis(now.unwrap_or_default()),
            window_ms: millis(self.desk.board().window_length()),
            figures,
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// Hands it an event; false where it is let go.
    fn take(&mut self, event: &Bytes) -> bool {
        match self.events.try_send(event.clone()) {
            Ok(()) => {
                (self.is_behind, self.stuck) = (false, 0);
                true
            }
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.is_behind = true;
                self.stuck += 1;
                self.stuck < PATIENCE
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }
}

/// Adds one event to `text`. JSON has no line breaks of its own.
fn write(text: &mut Vec<u8>, name: &str, data: &impl Serialize) {
    let Ok(data) = serde_json::to_vec(data) else {
        return;
    };
    for part in [b"event: ", name.as_bytes(), b"\ndata: ", &data, b"\n\n"] {
        text.extend(part);
    }
}

/// The far end: the body of the answer.
struct Events {
    events: mpsc::Receiver<Bytes>,
    _alive: oneshot::Sender<()>,
}

impl http_body::Body for Events {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let event = self.get_mut().events.poll_recv(cx);
        event.map(|event| event.map(|event| Ok(Frame::data(event))))
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("pages", &self.pages().open.len())
            .finish_non_exhaustive()
    }
}
