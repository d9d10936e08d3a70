//! NDJSON: each line says what it is.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Said;
use crate::ProblemDetails;

/// The members that a line may have. Others are passed over: a later version may know them.
#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Line<T> {
    /// `null` is a value, too.
    #[serde(default, deserialize_with = "present")]
    data: Option<T>,
    error: Option<Box<ProblemDetails>>,
    #[serde(default, deserialize_with = "present")]
    end: Option<Value>,
    retry: Option<u64>,
    id: Option<String>,
}

fn present<'d, T: Deserialize<'d>, D: Deserializer<'d>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

/// What `line` says; nothing where it is empty, or says what is not known.
pub(super) fn line<T: DeserializeOwned>(line: &[u8]) -> Result<Option<Said<T>>, String> {
    match line.trim_ascii().first() {
        Some(b'{') => {}
        Some(_) => return Err("expected an object such as `{\"data\":…}`".to_owned()),
        None => return Ok(None),
    }
    let line: Line<T> = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    Ok(match line {
        Line {
            data: Some(value),
            id,
            ..
        } => Some(Said::Item(value, id)),
        Line {
            error: Some(problem),
            ..
        } => Some(Said::Error(problem)),
        Line { end: Some(_), .. } => Some(Said::End),
        Line {
            retry: Some(pause), ..
        } => Some(Said::Retry(pause)),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item<T>(value: T, id: Option<&str>) -> Option<Said<T>> {
        Some(Said::Item(value, id.map(str::to_owned)))
    }

    fn read(text: &str) -> Option<Said<Option<u8>>> {
        line(text.as_bytes()).unwrap()
    }

    #[test]
    fn a_line_says_what_it_is() {
        assert_eq!(read(r#"{"data":1}"#), item(Some(1), None));
        assert_eq!(
            read(r#"{"id":"7","data":1,"new":2}"#),
            item(Some(1), Some("7"))
        );
        assert_eq!(read(r#"{"data":null}"#), item(None, None));
        assert_eq!(read(r#"{"end":{}}"#), Some(Said::End));
        assert_eq!(read(r#"{"retry":12}"#), Some(Said::Retry(12)));
        for nothing in ["", "  ", "{}", r#"{"new":1}"#] {
            assert_eq!(read(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_is_no_such_line_says_why() {
        for wrong in ["1", "[]", "{", r#"{"data":"x"}"#, "\u{0}", r#"{"error":1}"#] {
            assert!(line::<u8>(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
