//! [`Response`]: an answer, its body yet to be read.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, Version, response};
use http_body::Body as _;
use reqwest::Url;
use serde::de::DeserializeOwned;

use super::client::Client;
use super::encoding::Decoder;
use crate::CallError;
use crate::context::Env;
use crate::http::client::HttpTransport;
use crate::http::client::answer::{BodyError, collect};
use crate::http::client::fault;
use crate::http::client::incoming::Coming;
use crate::http::client::limit::{after, within};

/// An answer. Its body is read by one of [`bytes`](Self::bytes), [`text`](Self::text),
/// [`json`](Self::json) or piece by piece by [`chunk`](Self::chunk); dropped before, it is given up.
#[must_use = "dropped, the body is given up"]
pub struct Response {
    head: response::Parts,
    url: Url,
    coming: Option<Coming>,
    /// Where its body is compressed, and was asked for so.
    decoder: Option<Decoder>,
    /// What came of it and is not yet decoded.
    compressed: Bytes,
    client: Client,
    /// Keeps the server's connections while the answer is read.
    _server: Arc<HttpTransport>,
    env: Env,
    until: Instant,
}

impl Response {
    pub(super) fn new(
        client: &Client,
        url: Url,
        (response, decoder): (http::Response<Coming>, Option<Decoder>),
        server: Arc<HttpTransport>,
        until: Instant,
    ) -> Self {
        let (head, coming) = response.into_parts();
        Self {
            head,
            url,
            coming: Some(coming),
            decoder,
            compressed: Bytes::new(),
            client: client.clone(),
            _server: server,
            env: client.telemetry().env().clone(),
            until,
        }
    }

    /// The status, whatever it is.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// HTTP/1.1 or HTTP/2.
    pub fn version(&self) -> Version {
        self.head.version
    }

    /// Whose answer it is: where the last redirect led.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// `content-length`, if the server said it. It may lie. Of a body that was compressed on its way
    /// nobody knows it.
    pub fn content_length(&self) -> Option<u64> {
        let value = self.headers().get(http::header::CONTENT_LENGTH)?;
        value.to_str().ok()?.parse().ok()
    }

    /// An error for 4xx and 5xx.
    ///
    /// # Errors
    ///
    /// [`CallError::Answer`] with the status.
    pub fn error_for_status(self) -> Result<Self, CallError> {
        let status = self.status();
        match status.is_client_error() || status.is_server_error() {
            true => Err(self.wrong(format!("it is {status}"))),
            false => Ok(self),
        }
    }

    /// The whole body, at most as large as the client's `max_answer`, within what is left of the
    /// call's time.
    ///
    /// # Errors
    ///
    /// When it is larger, too slow, or the connection breaks.
    pub async fn bytes(mut self) -> Result<Bytes, CallError> {
        if self.decoder.is_some() {
            return self.decoded().await;
        }
        let Some(mut coming) = self.coming.take() else {
            return Ok(Bytes::new());
        };
        let max = self.client.settings().max_answer;
        let read = within(&self.env, self.until, collect(&mut coming.lease, max)).await;
        match read {
            Ok(Ok(bytes)) => {
                coming.give_back(self.env.now());
                Ok(bytes)
            }
            Ok(Err(error)) => Err(self.failed(error, &coming)),
            Err(_) => Err(self.late()),
        }
    }

    /// The same of a compressed one: as large as `max_answer` once it is decoded.
    async fn decoded(mut self) -> Result<Bytes, CallError> {
        let max = self.client.settings().max_answer;
        let (env, until) = (self.env.clone(), self.until);
        let name = self.decoder.as_ref().map_or("", Decoder::name);
        let mut whole = BytesMut::new();
        let read = async {
            while let Some(piece) = self.piece().await? {
                if whole.len() + piece.len() > max {
                    let service = self.client.name();
                    return Err(self.wrong(format!(
                        "the body is larger than {max} bytes once its {name} is decoded; raise \
                         client.{service}.max_answer if it is meant to be"
                    )));
                }
                whole.extend_from_slice(&piece);
            }
            Ok(())
        };
        match within(&env, until, read).await {
            Ok(read) => read.map(|()| whole.freeze()),
            Err(_) => Err(self.late()),
        }
    }

    fn late(&self) -> CallError {
        CallError::Timeout {
            service: self.client.name().to_owned(),
            limit: self.client.settings().total_timeout,
        }
    }

    /// The whole body as text, which must be UTF-8. Limits as of [`bytes`](Self::bytes).
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes), and when it is not UTF-8.
    pub async fn text(self) -> Result<String, CallError> {
        let client = self.client.clone();
        let bytes = self.bytes().await?;
        String::from_utf8(bytes.into()).map_err(|_| wrong(&client, "its body is not UTF-8"))
    }

    /// The whole body as JSON. Limits as of [`bytes`](Self::bytes).
    ///
    /// # Errors
    ///
    /// As [`bytes`](Self::bytes), and when it is not what `T` is.
    pub async fn json<T: DeserializeOwned>(self) -> Result<T, CallError> {
        let (client, status) = (self.client.clone(), self.status());
        let bytes = self.bytes().await?;
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let place = error.path().to_string();
            let place = match place.as_str() {
                "." => String::new(),
                place => format!(" at `{place}`"),
            };
            let what = error.into_inner();
            wrong(
                &client,
                format!("its body ({status}) is not the JSON expected{place}: {what}"),
            )
        })
    }

    /// The next piece of the body; `None` at its end. It is not bounded as a whole, so what is kept
    /// of it is the caller's choice; no piece may be awaited longer than the client's
    /// `silence_timeout`.
    ///
    /// # Errors
    ///
    /// When nothing comes for too long, or the connection breaks.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, CallError> {
        let silence = self.client.settings().silence_timeout;
        let at = after(self.env.now(), silence);
        let env = self.env.clone();
        match within(&env, at, self.piece()).await {
            Ok(piece) => piece,
            Err(_) => {
                self.coming = None;
                Err(CallError::Timeout {
                    service: self.client.name().to_owned(),
                    limit: silence,
                })
            }
        }
    }

    /// The next piece, decoded where it is compressed; `None` at the end. After an error there is no
    /// more.
    async fn piece(&mut self) -> Result<Option<Bytes>, CallError> {
        loop {
            if let Some(decoder) = &mut self.decoder {
                let decoded = decoder.decode(&mut self.compressed);
                let decoded = decoded.map_err(|error| self.not_encoded(&error))?;
                if !decoded.is_empty() {
                    return Ok(Some(decoded));
                }
            }
            match (self.frame().await?, &mut self.decoder) {
                (Some(data), None) => return Ok(Some(data)),
                (Some(data), Some(_)) => self.compressed = data,
                (None, None) => return Ok(None),
                (None, Some(decoder)) => {
                    let rest = decoder.end();
                    let rest = rest.map_err(|error| self.not_encoded(&error))?;
                    self.decoder = None;
                    return Ok((!rest.is_empty()).then_some(rest));
                }
            }
        }
    }

    /// The next piece as it comes; at the end the connection is given back.
    async fn frame(&mut self) -> Result<Option<Bytes>, CallError> {
        let Some(coming) = &mut self.coming else {
            return Ok(None);
        };
        let next = poll_fn(|cx| {
            loop {
                let frame = ready!(Pin::new(&mut coming.lease).poll_frame(cx));
                match frame.map(|frame| frame.map(http_body::Frame::into_data)) {
                    None => return Poll::Ready(Ok(None)),
                    Some(Ok(Ok(data))) => return Poll::Ready(Ok(Some(data))),
                    // Trailers are passed over.
                    Some(Ok(Err(_))) => {}
                    Some(Err(error)) => return Poll::Ready(Err(error)),
                }
            }
        });
        match next.await {
            Ok(Some(data)) => Ok(Some(data)),
            Ok(None) => {
                if let Some(coming) = self.coming.take() {
                    coming.give_back(self.env.now());
                }
                Ok(None)
            }
            Err(error) => {
                let error = fault::broken(error, self.client.name(), &coming.address);
                self.coming = None;
                Err(error)
            }
        }
    }

    /// The body is not what it says: nothing more of it is taken.
    fn not_encoded(&mut self, error: &io::Error) -> CallError {
        self.coming = None;
        self.compressed = Bytes::new();
        let name = self.decoder.as_ref().map_or("", Decoder::name);
        self.wrong(format!(
            "its body is not the {name} that its `content-encoding` says: {error}"
        ))
    }

    fn failed(&self, error: BodyError, coming: &Coming) -> CallError {
        let name = self.client.name();
        fault::body(error, name, &coming.address, &self.client.settings())
    }

    fn wrong(&self, reason: impl Into<String>) -> CallError {
        wrong(&self.client, reason)
    }
}

fn wrong(client: &Client, reason: impl Into<String>) -> CallError {
    CallError::Answer {
        service: client.name().to_owned(),
        reason: reason.into(),
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.head.status)
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}
