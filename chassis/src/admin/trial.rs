//! [`Trial`]: a request of the page's form, sent to the service's own edge within the process.
//!
//! The page may speak to nobody but the admin listener, so it hands the request in as JSON, with
//! the token, and gets the answer as JSON. The edge sees a stranger's request, as from the wire:
//! limits, deadline and policy hold, and it is counted. Size and time are bounded on both ways.

use std::time::{Duration, Instant};

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::uri::{PathAndQuery, Uri};
use axum::http::{Method, Request, Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};

use super::board::rounded;
use super::fence::Refusal;
use crate::ProblemDetails;
use crate::context::Env;
use crate::http::{Body, Edge};

/// The largest request that is read: a body of 1 MiB, written as JSON.
pub(super) const REQUEST: usize = 2 << 20;

/// How much of an answer's body is shown.
const SHOWN: usize = 1 << 20;

/// How long an answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long its body may take: some never end.
const BODY: Duration = Duration::from_secs(5);

/// How many headers may be sent.
const HEADERS: usize = 50;

/// What the connection would say, and here nobody may.
const FORBIDDEN: [HeaderName; 7] = [
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
];

/// A request to be tried: `POST /admin/try`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trial {
    /// `GET`, `POST` …
    method: String,
    /// Path and query: `/v1/items/abc?all=true`.
    path: String,
    /// Names and values.
    #[serde(default)]
    headers: Vec<(String, String)>,
    /// The body as it is; JSON unless a `content-type` says otherwise.
    #[serde(default)]
    body: String,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    status: u16,
    headers: Vec<(String, String)>,
    /// As text; bytes that are none are replaced.
    body: String,
    /// Whether all of the body is there: not where it was too large, or did not end in time.
    is_whole: bool,
    /// Whether the body is text as it is.
    is_text: bool,
    elapsed_ms: f64,
    /// Where to look further.
    trace_id: String,
}

impl Trial {
    /// Reads what the page sent.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Refusal> {
        // A form of another site could send any other type without being asked.
        let kind = headers.get(header::CONTENT_TYPE);
        let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/json") {
            return Err(refused(415, "send it as application/json"));
        }
        serde_json::from_slice(body)
            .map_err(|error| refused(400, format!("not to be read: {error}")))
    }

    /// Sends it to `edge`. Dropped, the call is given up as by a caller that hangs up.
    pub(super) async fn run(self, edge: Edge, env: Env) -> Result<Outcome, Refusal> {
        let trace_id = trace_id(&env);
        let request = self.request(&trace_id)?;
        let begun = env.now();
        let answer = tokio::select! {
            answer = edge.answer(request) => answer,
            () = env.sleep(PATIENCE) => {
                let why = format!("no answer began within {} s", PATIENCE.as_secs());
                return Err(refused(504, why));
            }
        };
        Ok(outcome(answer, &env, begun, trace_id).await)
    }

    fn request(self, trace_id: &str) -> Result<Request<Bytes>, Refusal> {
        let method = Method::from_bytes(self.method.as_bytes());
        let method = method
            .ok()
            .filter(|method| *method != Method::CONNECT && *method != Method::TRACE);
        let method = method.ok_or_else(|| refused(422, "the method is none that can be tried"))?;
        if !self.path.starts_with('/') {
            return Err(refused(422, "the path begins with `/`"));
        }
        let path = PathAndQuery::from_maybe_shared(Bytes::from(self.path))
            .map_err(|error| refused(422, format!("the path is not valid: {error}")))?;
        let mut request = Request::new(Bytes::from(self.body));
        *request.headers_mut() = headers(&self.headers)?;
        if !request.body().is_empty() {
            let json = HeaderValue::from_static("application/json");
            request
                .headers_mut()
                .entry(header::CONTENT_TYPE)
                .or_insert(json);
        }
        // Asks for the trace to be kept, as far as strangers may.
        let parent = format!("00-{trace_id}-{}-01", &trace_id[16..]);
        if let Ok(parent) = HeaderValue::try_from(parent) {
            let name = HeaderName::from_static("traceparent");
            request.headers_mut().insert(name, parent);
        }
        *request.method_mut() = method;
        *request.uri_mut() = Uri::from(path);
        Ok(request)
    }
}

fn headers(list: &[(String, String)]) -> Result<HeaderMap, Refusal> {
    if list.len() > HEADERS {
        return Err(refused(
            422,
            format!("at most {HEADERS} headers can be sent"),
        ));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in list {
        let known = HeaderName::from_bytes(name.trim().as_bytes());
        let value = HeaderValue::from_str(value.trim());
        let (Ok(name), Ok(value)) = (known, value) else {
            let why = format!("{name:?} is no header, or its value is none");
            return Err(refused(422, why));
        };
        if FORBIDDEN.contains(&name) {
            return Err(refused(
                422,
                format!("`{name}` is the connection's own; leave it out"),
            ));
        }
        headers.append(name, value);
    }
    Ok(headers)
}

async fn outcome(answer: Response<Body>, env: &Env, begun: Instant, trace_id: String) -> Outcome {
    let (parts, mut body) = answer.into_parts();
    let mut bytes = Vec::new();
    let read = async {
        while bytes.len() <= SHOWN {
            match body.frame().await {
                None => return true,
                Some(Ok(frame)) => bytes.extend(frame.into_data().unwrap_or_default()),
                Some(Err(_)) => return false,
            }
        }
        false
    };
    let is_whole = tokio::select! {
        is_whole = read => is_whole,
        () = env.sleep(BODY) => false,
    };
    let elapsed = env.now().saturating_duration_since(begun);
    bytes.truncate(SHOWN);
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = parts.headers.iter();
    let is_text = std::str::from_utf8(&bytes).is_ok();
    Outcome {
        status: parts.status.as_u16(),
        headers: headers
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
        is_whole,
        is_text,
        elapsed_ms: rounded(elapsed.as_secs_f64() * 1_000.0),
        trace_id,
    }
}

fn trace_id(env: &Env) -> String {
    format!("{:016x}{:016x}", env.random().max(1), env.random().max(1))
}

fn refused(status: u16, why: impl Into<String>) -> Refusal {
    Box::new(ProblemDetails::chassis("try", status).with_detail(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(trial: &str) -> u16 {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        let made = Trial::read(&headers, trial.as_bytes())
            .and_then(|trial| trial.request(&"ab".repeat(16)));
        made.map_or_else(|refused| refused.status, |_| 200)
    }

    #[test]
    fn what_is_no_request_is_refused() {
        assert_eq!(status(r#"{"method": "GET", "path": "/a?b=c"}"#), 200);
        assert_eq!(
            status(r#"{"method": "PUT", "path": "/a", "body": "{}"}"#),
            200
        );
        for (trial, said) in [
            ("", 400),
            ("[]", 400),
            (r#"{"method": "GET", "path": "/", "host": "x"}"#, 400),
            (r#"{"method": "GE T", "path": "/"}"#, 422),
            (r#"{"method": "CONNECT", "path": "/"}"#, 422),
            (r#"{"method": "GET", "path": "http://evil.test/"}"#, 422),
            (r#"{"method": "GET", "path": "/ \r\nx: y"}"#, 422),
            (
                r#"{"method": "GET", "path": "/", "headers": [["host", "x"]]}"#,
                422,
            ),
            (
                r#"{"method": "GET", "path": "/", "headers": [["a b", "x"]]}"#,
                422,
            ),
            (
                r#"{"method": "GET", "path": "/", "headers": [["a", "x\r\ny: z"]]}"#,
                422,
            ),
        ] {
            assert_eq!(status(trial), said, "{trial}");
        }
        let error = Trial::read(&HeaderMap::new(), b"{}").unwrap_err();
        assert_eq!(error.status, 415);
    }
}
