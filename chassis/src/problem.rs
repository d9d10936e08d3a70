//! [`Problem`]: typed errors that cross the wire as problem details (RFC 9457).

use std::borrow::Cow;

use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
