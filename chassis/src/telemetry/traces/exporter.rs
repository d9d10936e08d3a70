//! [`Exporter`]: sends spans to a collector, from a thread and a runtime of its own.
//!
//! A collector that is away changes nothing for the calls that are served: the batch in hand is
//! tried again with growing pauses, the queue fills up, what finds no room is dropped and counted.
//! The log says so once, and once when the collector is back.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use tokio::time::sleep;

use super::otlp;
use super::protobuf::rejected_spans;
use super::queue::{Queued, SpanQueue};
use crate::context::Env;
use crate::{Context, Error, Result};

/// How long one attempt may take, connection included.
const ATTEMPT: Duration = Duration::from_secs(10);
/// The first pause between attempts; each next one is twice as long, up to [`LONGEST`].
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// How often a batch is tried: for about two minutes.
const ATTEMPTS: u32 = 8;

/// Sends what is in a queue.
#[derive(Debug)]
pub(crate) struct Exporter {
    pub(crate) queue: Arc<SpanQueue>,
    pub(crate) url: String,
    /// Sent with each batch.
    pub(crate) headers: HeaderMap,
    pub(crate) env: Env,
    /// The context of its log lines.
    pub(crate) context: Context,
}

impl Exporter {
    /// Sends from now on, until the queue is closed.
    ///
    /// # Errors
    ///
    /// When the operating system gives no thread.
    pub(crate) fn start(self) -> Result<()> {
        let started = thread::Builder::new()
            .name("chassis-telemetry".to_owned())
            .spawn(move || self.work());
        let failed =
            |error| Error::unavailable("cannot start the thread that sends spans").because(error);
        started.map(drop).map_err(failed)
    }

    fn work(self) {
        let _done = Done(Arc::clone(&self.queue));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let client = Client::builder()
            .timeout(ATTEMPT)
            .redirect(reqwest::redirect::Policy::none())
            .build();
        let context = self.context.clone();
        match (runtime, client) {
            (Ok(runtime), Ok(client)) => {
                let sender = Sender {
                    exporter: self,
                    client,
                    away: None,
                };
                runtime.block_on(context.scope(sender.run()));
            }
            (Err(error), _) => context.enter(|| {
                tracing::error!(%error, "spans are not sent: the runtime cannot be made");
            }),
            (_, Err(error)) => context.enter(|| {
                tracing::error!(%error, "spans are not sent: the HTTP client cannot be made");
            }),
        }
    }
}

/// Says that nothing is sent any more, however the thread ends.
struct Done(Arc<SpanQueue>);

impl Drop for Done {
    fn drop(&mut self) {
        self.0.done.send_replace(true);
    }
}

struct Sender {
    exporter: Exporter,
    client: Client,
    /// How many spans were lost when the collector went away; `None` while it is there.
    away: Option<u64>,
}

/// What came of an attempt.
enum Attempt {
    Sent,
    /// To be tried again, after this pause if the collector named one.
    Again(String, Option<Duration>),
    Refused(String),
}

impl Sender {
    async fn run(mut self) {
        let queue = Arc::clone(&self.exporter.queue);
        let mut closing = queue.closing.subscribe();
        let too_late = async {
            let limit = closing.wait_for(Option::is_some).await.map(|limit| *limit);
            sleep(limit.ok().flatten().unwrap_or_default()).await;
        };
        tokio::select! {
            () = self.send_all() => {}
            () = too_late => {}
        }
        let left = queue.length() as u64;
        if left > 0 {
            queue.dropped.add(left);
            tracing::warn!(spans = left, "the time to stop is over: spans are lost");
        }
    }

    async fn send_all(&mut self) {
        loop {
            let queue = Arc::clone(&self.exporter.queue);
            let batch = queue.next().await;
            if !batch.is_empty() {
                self.deliver(&batch).await;
            } else if queue.closing.borrow().is_some() {
                return;
            }
        }
    }

    /// Tries until it is sent, refused, or too old.
    async fn deliver(&mut self, batch: &[Queued]) {
        let mut pause = PAUSE;
        let body = bytes::Bytes::from(otlp::encode(batch));
        // Lost, unless it says otherwise: also when this future is dropped half-way.
        let mut lost = Lost(Arc::clone(&self.exporter.queue), batch.len() as u64);
        for _ in 0..ATTEMPTS {
            match self.attempt(body.clone(), &mut lost).await {
                Attempt::Sent => return self.back(),
                Attempt::Refused(why) => return self.lose(&why),
                Attempt::Again(why, wanted) => {
                    self.lose(&why);
                    let wait = wanted.unwrap_or_else(|| self.jittered(pause));
                    if !self.pause(wait.min(LONGEST)).await {
                        return;
                    }
                    pause = LONGEST.min(pause * 2);
                }
            }
        }
    }

    async fn attempt(&self, body: bytes::Bytes, lost: &mut Lost) -> Attempt {
        let request = self.client.post(&self.exporter.url).body(body);
        let request = request.headers(self.exporter.headers.clone());
        let request = request.header(CONTENT_TYPE, "application/x-protobuf");
        let response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Attempt::Again(causes(&error), None),
        };
        match response.status() {
            status if status.is_success() => {
                let answer = response.bytes().await.unwrap_or_default();
                lost.1 = rejected_spans(&answer).min(lost.1);
                Attempt::Sent
            }
            status @ (StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT) => {
                Attempt::Again(format!("it answered {status}"), retry_after(&response))
            }
            status => Attempt::Refused(format!("it answered {status}")),
        }
    }

    /// Waits, and gives whether another attempt makes sense: the end of the process ends it.
    async fn pause(&self, wait: Duration) -> bool {
        let mut closing = self.exporter.queue.closing.subscribe();
        tokio::select! {
            () = sleep(wait) => true,
            _ = closing.wait_for(Option::is_some) => false,
        }
    }

    /// Between half and all of it, so that many senders do not come back at once.
    fn jittered(&self, pause: Duration) -> Duration {
        let share = u32::try_from(self.exporter.env.random() % 1_000).unwrap_or(0);
        pause / 2 + pause / 2_000 * share
    }

    /// One line when the collector goes away.
    fn lose(&mut self, why: &str) {
        if self.away.is_none() {
            let queue = &self.exporter.queue;
            self.away = Some(queue.dropped.get());
            tracing::warn!(
                collector = self.exporter.url,
                why,
                "spans cannot be sent: they are kept while there is room, then dropped and counted; \
                 the next line on this comes when the collector takes them again"
            );
        }
    }

    /// One line when it is back.
    fn back(&mut self) {
        if let Some(before) = self.away.take() {
            let lost = self.exporter.queue.dropped.get() - before;
            tracing::info!(collector = self.exporter.url, lost, "spans are sent again");
        }
    }
}

/// Counts spans that were not sent.
struct Lost(Arc<SpanQueue>, u64);

impl Drop for Lost {
    fn drop(&mut self) {
        self.0.dropped.add(self.1);
    }
}

/// The pause that the collector asks for, in seconds; a date is passed over.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}

/// The error with its causes: reqwest's own message does not name them.
fn causes(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
