//! [`Problem`]: typed errors that cross the wire as problem details (RFC 9457).

use std::borrow::Cow;
use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::context::headers::RETRY;

/// The media type of [`ProblemDetails`] in JSON.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A typed error that crosses the wire as `application/problem+json` and arrives as the same value.
///
/// Derive it: `#[derive(Problem)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the wire",
    label = "this error is no `Problem`",
    note = "derive it: `#[derive(Debug, thiserror::Error, Problem)]`, with `#[problem(status = …)]` on each variant"
)]
pub trait Problem: std::error::Error + Send + Sync + Sized + 'static {
    /// This error as problem details. `contract` (kebab-case) fills type URIs that the error
    /// leaves open: `urn:problem:{contract}:{variant}`.
    fn to_problem(&self, contract: &str) -> ProblemDetails;

    /// The error that `problem` carries.
    ///
    /// # Errors
    ///
    /// Gives `problem` back when it is none of this error's variants.
    fn from_problem(
        problem: Box<ProblemDetails>,
        contract: &str,
    ) -> Result<Self, Box<ProblemDetails>>;

    /// The variant's name in kebab-case: `error.type` of metrics and spans.
    fn kind(&self) -> &'static str;

    /// Every variant that crosses the wire, for OpenAPI.
    fn variants() -> &'static [ProblemInfo];
}

/// One variant of a [`Problem`], as data.
#[derive(Debug, Clone, Copy)]
pub struct ProblemInfo {
    /// The variant's name in kebab-case.
    pub name: &'static str,
    /// The type URI where the variant gives one.
    pub type_uri: Option<&'static str>,
    /// The HTTP status.
    pub status: u16,
    /// The variant's doc comment, first paragraph.
    pub doc: &'static str,
}

/// Problem details, as RFC 9457 names their members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProblemDetails {
    /// URI of the kind of problem.
    #[serde(rename = "type", default = "about_blank")]
    pub type_uri: Cow<'static, str>,
    /// A short summary of the kind, the same each time.
    #[serde(default)]
    pub title: Cow<'static, str>,
    /// The HTTP status code.
    #[serde(default)]
    pub status: u16,
    /// What happened this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// URI of this occurrence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The members of the kind itself.
    #[serde(flatten)]
    pub extensions: Map<String, Value>,
    /// What is said of trying again. It travels in headers, not among the members.
    #[serde(skip)]
    pub retry: RetryAdvice,
}

/// What an answer says of trying again: the headers `retry: exhausted` and `retry-after`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetryAdvice {
    /// The call was tried often enough below: nobody above must try it again, or tiers that each
    /// retry multiply.
    pub exhausted: bool,
    /// Sooner than this it would fail again; in whole seconds on the wire.
    pub after: Option<Duration>,
}

impl RetryAdvice {
    /// What `headers` say. A date in `retry-after` is not looked at, since clocks differ; neither is
    /// what can't be read.
    pub fn of(headers: &HeaderMap) -> Self {
        let exhausted = headers
            .get(RETRY)
            .map(|value| value.as_bytes().trim_ascii());
        let after = headers.get(RETRY_AFTER).map(HeaderValue::to_str);
        let after = after.and_then(|value| value.ok()?.trim().parse().ok());
        Self {
            exhausted: exhausted.is_some_and(|said| said.eq_ignore_ascii_case(b"exhausted")),
            after: after.map(Duration::from_secs),
        }
    }

    /// Whether an answer of `status` that says so is a refusal of somebody who is well: too much is asked of it, or
    /// of somebody below, and it says so at once. Whoever is next to the fault looks after it.
    #[cfg(feature = "service")]
    pub(crate) fn is_refusal(self, status: StatusCode) -> bool {
        let refusals = [StatusCode::BAD_GATEWAY, StatusCode::SERVICE_UNAVAILABLE];
        self.exhausted && refusals.contains(&status)
    }

    /// Says it in `headers`.
    pub fn write(self, headers: &mut HeaderMap) {
        if self.exhausted {
            headers.insert(RETRY, HeaderValue::from_static("exhausted"));
        }
        if let Some(after) = self.after {
            let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }

    /// Whether nothing is said.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

fn about_blank() -> Cow<'static, str> {
    Cow::Borrowed("about:blank")
}

impl ProblemDetails {
    /// A problem of the given type and status, titled as the status is.
    pub fn new(type_uri: impl Into<Cow<'static, str>>, status: u16) -> Self {
        let reason = StatusCode::from_u16(status)
            .ok()
            .and_then(|s| s.canonical_reason());
        Self {
            type_uri: type_uri.into(),
            title: Cow::Borrowed(reason.unwrap_or("Error")),
            status,
            detail: None,
            instance: None,
            extensions: Map::new(),
            retry: RetryAdvice::default(),
        }
    }

    /// A problem that the chassis itself answers: `urn:problem:chassis:{kind}`.
    pub fn chassis(kind: &str, status: u16) -> Self {
        Self::new(format!("urn:problem:chassis:{kind}"), status)
    }

    /// Says what happened this time.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Says what is to be known before it is tried again.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryAdvice) -> Self {
        self.retry = retry;
        self
    }

    /// Adds a member of the kind itself.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(name.to_owned(), value.into());
        self
    }
}

/// What the expansion of `#[derive(Problem)]` calls; public only through `__private`.
pub(crate) mod expansion {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::ProblemDetails;

    /// The type URI of a variant that gives none.
    pub fn type_uri(contract: &str, variant: &str) -> String {
        format!("urn:problem:{contract}:{variant}")
    }

    /// Adds a field as a member; one that cannot be written is left out, and its receiver gets the
    /// problem as it is.
    pub fn put<T: Serialize>(problem: &mut ProblemDetails, name: &str, value: &T) {
        if let Ok(value) = serde_json::to_value(value) {
            problem.extensions.insert(name.to_owned(), value);
        }
    }

    /// Reads a field; a missing member reads as null, so that an `Option` may be left out.
    pub fn take<T: DeserializeOwned>(problem: &ProblemDetails, name: &str) -> Option<T> {
        T::deserialize(problem.extensions.get(name).unwrap_or(&Value::Null)).ok()
    }
}
