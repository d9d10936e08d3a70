//! The server's side of a JSON body: media type, JSON, validation.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Value, json};
use serde_path_to_error::Segment;

use super::{Refusal, Request};
use crate::ProblemDetails;

/// The media type of bodies and answers.
pub(super) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// The body, read as JSON.
///
/// # Errors
///
/// A 415 when it is not declared as JSON; a 400 with line, column and field when it is no `T`.
pub fn body<T: DeserializeOwned>(request: &Request<'_>) -> Result<T, Refusal> {
    if !is_json(request.headers) {
        return Err(unsupported(request.headers));
    }
    serde_json::from_slice(&request.body).map_err(|error| malformed::<T>(&request.body, &error))
}

/// Whether `headers` declare `application/json` or another type whose suffix is `+json`.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return false;
    };
    value == JSON || value.to_str().is_ok_and(is_json_type)
}

fn is_json_type(value: &str) -> bool {
    let essence = value.split(';').next().unwrap_or_default().trim();
    let Some((kind, subtype)) = essence.split_once('/') else {
        return false;
    };
    let suffix = subtype
        .rsplit_once('+')
        .map_or(subtype, |(_, suffix)| suffix);
    suffix.eq_ignore_ascii_case("json")
        && (suffix.len() < subtype.len() || kind.eq_ignore_ascii_case("application"))
}

fn unsupported(headers: &HeaderMap) -> Refusal {
    const KIND: &str = "unsupported-media-type";
    let came = match headers.get(CONTENT_TYPE).map(HeaderValue::to_str) {
        Some(Ok(value)) => format!("came as `{value}`"),
        Some(Err(_)) => "has an unreadable `content-type`".to_owned(),
        None => "came without `content-type`".to_owned(),
    };
    let problem = ProblemDetails::chassis(KIND, 415)
        .with_detail(format!("the body {came}; send `application/json`"))
        .with("accepted", json!(["application/json"]));
    Refusal::new(&problem, KIND)
}

/// Says where the fault lies. The body is read a second time, with the field path: only here, since
/// keeping the path costs on every field.
fn malformed<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> Refusal {
    const KIND: &str = "malformed-json";
    let detail = match body {
        [] => "the body is empty; send JSON".to_owned(),
        _ => error.to_string(),
    };
    let mut problem = ProblemDetails::chassis(KIND, 400)
        .with_detail(detail)
        .with("line", error.line())
        .with("column", error.column());
    let again = serde_path_to_error::deserialize::<_, T>(&mut Deserializer::from_slice(body));
    if let Err(error) = again {
        let path = error.path();
        // Where JSON ends before a name was read, the path is a question mark.
        if path
            .iter()
            .any(|segment| !matches!(segment, Segment::Unknown))
        {
            problem = problem.with("field", path.to_string());
        }
    }
    Refusal::new(&problem, KIND)
}

/// A value whose type may implement [`garde::Validate`]. The two traits below decide by method
/// resolution, so that a contract says nothing of it.
#[derive(Debug)]
pub struct Check<'v, T>(pub &'v T);

/// Chosen when the type validates itself: it stands nearer to the receiver.
pub trait CheckValidated {
    /// Validates.
    ///
    /// # Errors
    ///
    /// A 422 with one entry a field.
    fn check(&self) -> Result<(), Refusal>;
}

impl<T: garde::Validate> CheckValidated for Check<'_, T>
where
    T::Context: Default,
{
    fn check(&self) -> Result<(), Refusal> {
        self.0.validate().map_err(|report| invalid(&report))
    }
}

/// Chosen for all other types.
pub trait CheckAnything {
    /// Passes.
    ///
    /// # Errors
    ///
    /// None.
    fn check(&self) -> Result<(), Refusal>;
}

impl<T> CheckAnything for &Check<'_, T> {
    fn check(&self) -> Result<(), Refusal> {
        Ok(())
    }
}

fn invalid(report: &garde::Report) -> Refusal {
    const KIND: &str = "validation";
    let mut fields: Vec<(String, String)> = Vec::new();
    for (path, error) in report.iter() {
        let pointer = pointer(&path.to_string());
        match fields.iter_mut().find(|(known, _)| *known == pointer) {
            Some((_, detail)) => *detail = format!("{detail}; {error}"),
            None => fields.push((pointer, error.to_string())),
        }
    }
    let errors: Vec<Value> = fields
        .iter()
        .map(|(pointer, detail)| json!({ "pointer": pointer, "detail": detail }))
        .collect();
    let problem = ProblemDetails::chassis(KIND, 422)
        .with_detail(format!(
            "{} of the body's fields are not valid",
            errors.len()
        ))
        .with("errors", errors);
    Refusal::new(&problem, KIND)
}

/// `lines[0].sku` as the URI fragment of a JSON pointer (RFC 6901): `#/lines/0/sku`.
fn pointer(path: &str) -> String {
    let mut pointer = "#".to_owned();
    for part in path.split(['.', '[', ']']).filter(|part| !part.is_empty()) {
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_media_types_are_known() {
        for json in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/x+json",
        ] {
            assert!(is_json_type(json), "{json}");
        }
        for other in ["text/json", "text/plain", "json", "application/jsonp", ""] {
            assert!(!is_json_type(other), "{other}");
        }
    }

    #[test]
    fn paths_become_pointers() {
        assert_eq!(pointer("lines[0].sku"), "#/lines/0/sku");
        assert_eq!(pointer(""), "#");
    }
}
