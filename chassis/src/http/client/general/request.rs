//! [`RequestBuilder`]: what is to be sent.

use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body::Body as HttpBody;
use http_body_util::BodyExt;
use reqwest::Url;
use serde::Serialize;
use serde_json::Value;

use super::client::Client;
use super::encoding::{self, Decoder};
use super::redirect::{self, Followed};
use super::response::Response;
use super::verbs;
use crate::contract::Outgoing;
use crate::http::client::call;
use crate::http::client::limit::after;
use crate::http::client::wire::SendBody;
use crate::{CallError, Context};

/// A request that is being written. What is wrong with it is said by [`send`](Self::send).
#[must_use = "a request does nothing until it is sent"]
pub struct RequestBuilder {
    client: Client,
    draft: Result<Draft, CallError>,
}

/// A request, so that it can be sent again to where a redirect leads.
pub(super) struct Draft {
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    pub(super) body: SendBody,
    timeout: Option<Duration>,
    redirects: u32,
    /// The body can be sent only once.
    pub(super) is_stream: bool,
}

/// How many redirects are followed, unless the request says otherwise.
const REDIRECTS: u32 = 10;
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

impl RequestBuilder {
    pub(super) fn new(client: Client, method: Method, url: Result<Url, CallError>) -> Self {
        let draft = url.map(|url| Draft {
            method,
            url,
            headers: HeaderMap::new(),
            body: SendBody::Whole(Bytes::new()),
            timeout: None,
            redirects: REDIRECTS,
            is_stream: false,
        });
        Self { client, draft }
    }

    /// Changes the draft; the first thing that is wrong is kept.
    fn with(mut self, change: impl FnOnce(&mut Draft) -> Result<(), String>) -> Self {
        if let Ok(draft) = &mut self.draft
            && let Err(reason) = change(draft)
        {
            self.draft = Err(self.client.wrong(reason));
        }
        self
    }

    /// A header, in place of those of the same name.
    pub fn header<N, V>(self, name: N, value: V) -> Self
    where
        N: TryInto<HeaderName>,
        V: TryInto<HeaderValue>,
    {
        let (name, value) = (name.try_into(), value.try_into());
        self.with(|draft| {
            let name = name.map_err(|_| "a header's name is not valid")?;
            let value =
                value.map_err(|_| format!("the value of the header `{name}` is not valid"))?;
            draft.headers.insert(name, value);
            Ok(())
        })
    }

    /// `Authorization: Bearer TOKEN`. It is never shown, and not sent to another server that a
    /// redirect leads to.
    pub fn bearer_auth(self, token: impl fmt::Display) -> Self {
        self.with(|draft| {
            let mut value = HeaderValue::try_from(format!("Bearer {token}"))
                .map_err(|_| "the token is not valid in a header")?;
            value.set_sensitive(true);
            draft.headers.insert(AUTHORIZATION, value);
            Ok(())
        })
    }

    /// Pairs for the query: a struct, a map, or a list of pairs. `None` is left out.
    pub fn query<T: Serialize + ?Sized>(self, query: &T) -> Self {
        let pairs = pairs(query);
        self.with(|draft| {
            let pairs = pairs.map_err(|what| format!("its query {what}"))?;
            if !pairs.is_empty() {
                draft.url.query_pairs_mut().extend_pairs(pairs);
            }
            Ok(())
        })
    }

    /// A body of JSON.
    pub fn json<T: Serialize + ?Sized>(self, body: &T) -> Self {
        let json = serde_json::to_vec(body);
        self.with(|draft| {
            let json = json.map_err(|error| format!("its body is not valid JSON: {error}"))?;
            draft.content("application/json", json);
            Ok(())
        })
    }

    /// A body as HTML forms send it: a struct, a map, or a list of pairs.
    pub fn form<T: Serialize + ?Sized>(self, form: &T) -> Self {
        let pairs = pairs(form);
        self.with(|draft| {
            let pairs = pairs.map_err(|what| format!("its form {what}"))?;
            let mut encoded = draft.url.clone();
            encoded.set_query(None);
            encoded.query_pairs_mut().extend_pairs(pairs);
            let form = encoded.query().unwrap_or_default().to_owned();
            draft.content("application/x-www-form-urlencoded", form);
            Ok(())
        })
    }

    /// A body of bytes or text as they are.
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        self.with(|draft| {
            draft.body = SendBody::Whole(body);
            draft.is_stream = false;
            Ok(())
        })
    }

    /// A body that comes in pieces, read no faster than the server takes it. It can be sent only
    /// once: no redirect is followed that would need it again, and nothing is retried once it began.
    pub fn stream<B>(self, body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn StdError + Send + Sync>>,
    {
        self.with(|draft| {
            let body = body.map_err(|error| -> Box<dyn StdError + Send + Sync> { error.into() });
            draft.body = SendBody::Streaming(Box::pin(body));
            draft.is_stream = true;
            Ok(())
        })
    }

    /// How long the whole call may take, up to the end of the answer; less than the client's
    /// `total_timeout`, which holds as well.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|draft| {
            draft.timeout = Some(timeout);
            Ok(())
        })
    }

    /// `Idempotency-Key`: the server does the work once however often the request comes, so it may be
    /// retried whatever its method.
    pub fn idempotency_key(self, key: impl AsRef<str>) -> Self {
        self.with(|draft| {
            // A string of RFC 8941.
            let key = key.as_ref().replace('\\', "\\\\").replace('"', "\\\"");
            let key = HeaderValue::try_from(format!("\"{key}\""))
                .map_err(|_| "the idempotency key is not valid in a header")?;
            draft.headers.insert(IDEMPOTENCY_KEY, key);
            Ok(())
        })
    }

    /// How many redirects are followed at most; unset: 10. With 0 the answer is given as it is.
    pub fn redirects(self, most: u32) -> Self {
        self.with(|draft| {
            draft.redirects = most;
            Ok(())
        })
    }

    /// Sends it, and gives the answer as soon as its head is there, whatever its status; see
    /// [`Response::error_for_status`].
    ///
    /// # Errors
    ///
    /// When the request is not valid, or there is no answer: see the kinds of [`CallError`].
    pub async fn send(self) -> Result<Response, CallError> {
        let Self { client, draft } = self;
        let mut draft = draft?;
        let env = client.telemetry().env();
        let now = env.now();
        let whole = draft.timeout.unwrap_or(client.settings().total_timeout);
        let whole = whole.min(client.settings().total_timeout);
        let until = after(now, whole);
        let until = Context::current()
            .deadline()
            .map_or(until, |at| at.min(until));
        let mut followed = 0;
        loop {
            let response = once(&client, &mut draft, until).await?;
            if draft.redirects == 0 {
                return Ok(response);
            }
            match redirect::follow(&client, &response, &mut draft)? {
                Followed::Answer => return Ok(response),
                Followed::Again if followed < draft.redirects => followed += 1,
                Followed::Again => {
                    return Err(CallError::Answer {
                        service: client.name().to_owned(),
                        reason: format!("more than {followed} redirects"),
                    });
                }
            }
        }
    }
}

async fn once(client: &Client, draft: &mut Draft, until: Instant) -> Result<Response, CallError> {
    let is_keyed = draft.headers.contains_key(IDEMPOTENCY_KEY);
    let Some(method) = verbs::index(&draft.method, is_keyed) else {
        let reason = format!("{} is not sent; {} are", draft.method, verbs::KNOWN);
        return Err(client.wrong(reason));
    };
    let server = client.server(&draft.url)?;
    let (body, streaming) = match draft.body.take() {
        SendBody::Whole(body) => (body, None),
        streaming => (Bytes::new(), Some(streaming)),
    };
    let mut headers = draft.headers.clone();
    let is_asked = encoding::ask(&mut headers);
    let outgoing = Outgoing {
        contract: client.contract(),
        method,
        target: target(&draft.url),
        headers,
        body,
    };
    let verb = draft.method.clone();
    let mut response = call::head(&server, outgoing, verb, streaming, until).await?;
    let decoder = match is_asked {
        true => Decoder::of(response.headers_mut()),
        false => None,
    };
    Ok(Response::new(
        client,
        draft.url.clone(),
        (response, decoder),
        server,
        until,
    ))
}

/// What stands in the request line.
fn target(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}

impl Draft {
    fn content(&mut self, kind: &'static str, body: impl Into<Bytes>) {
        self.headers
            .entry(CONTENT_TYPE)
            .or_insert(HeaderValue::from_static(kind));
        self.body = SendBody::Whole(body.into());
        self.is_stream = false;
    }
}

/// The pairs of a struct, a map or a list of pairs.
fn pairs<T: Serialize + ?Sized>(value: &T) -> Result<Vec<(String, String)>, &'static str> {
    const WRONG: &str = "is neither a struct, nor a map, nor a list of pairs of plain values";
    let mut pairs = vec![];
    match serde_json::to_value(value).map_err(|_| WRONG)? {
        Value::Null => {}
        Value::Object(fields) => {
            for (name, value) in fields {
                pairs.extend(text(value)?.map(|value| (name, value)));
            }
        }
        Value::Array(items) => {
            for item in items {
                let Value::Array(pair) = item else {
                    return Err(WRONG);
                };
                let [name, value] = <[Value; 2]>::try_from(pair).map_err(|_| WRONG)?;
                if let (Some(name), Some(value)) = (text(name)?, text(value)?) {
                    pairs.push((name, value));
                }
            }
        }
        _ => return Err(WRONG),
    }
    Ok(pairs)
}

fn text(value: Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => Err("has a value that is not plain"),
    }
}

/// Without the values of headers, of which some are secret.
impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RequestBuilder");
        match &self.draft {
            Ok(draft) => {
                shown.field("method", &draft.method);
                shown.field("host", &draft.url.host_str());
                shown.field("path", &draft.url.path());
            }
            Err(error) => {
                shown.field("error", error);
            }
        }
        shown.finish_non_exhaustive()
    }
}
