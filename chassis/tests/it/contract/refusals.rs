//! Bad requests: each is answered with a problem that names what is wrong.

use bytes::Bytes;
use chassis::contract::{Answer, Body, Captures, Contract, Request};
use http::{HeaderMap, HeaderValue};
use serde_json::{Value, json};

use super::{Inventory, service};

const STOCK: usize = 0;
const LIST: usize = 1;
const RESERVE: usize = 2;
const NOTE: usize = 5;

#[derive(Default)]
struct Ask {
    method: usize,
    capture: &'static str,
    query: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
}

impl Ask {
    fn stock(capture: &'static str) -> Self {
        Self {
            method: STOCK,
            capture,
            ..Self::default()
        }
    }

    fn list(query: &'static str) -> Self {
        Self {
            method: LIST,
            query,
            ..Self::default()
        }
    }

    fn reserve(body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: RESERVE,
            query: "dry=true",
            headers: vec![("content-type", "application/json")],
            body: body.into(),
            ..Self::default()
        }
    }

    fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The problem that is answered at once, without the handler.
    fn refused(self) -> Value {
        let mut captures = Captures::of(self.capture);
        captures.push(self.capture);
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers {
            headers.append(name, HeaderValue::from_static(value));
        }
        let request = Request {
            captures,
            query: self.query,
            headers: &headers,
            body: Bytes::from(self.body),
        };
        match <dyn Inventory>::call(&service(), self.method, &request) {
            Answer::Now(reply) => {
                assert_eq!(reply.content_type.unwrap(), "application/problem+json");
                let problem: Value = serde_json::from_slice(whole(&reply.body)).unwrap();
                assert_eq!(problem["status"], reply.status.as_u16());
                let kind = format!("urn:problem:chassis:{}", reply.error_type.unwrap());
                assert_eq!(problem["type"], kind);
                problem
            }
            Answer::Later(_) => panic!("it was not refused"),
        }
    }
}

fn whole(body: &Body) -> &[u8] {
    match body {
        Body::Whole(bytes) => bytes,
        Body::Frames(_) => panic!("a refusal does not stream"),
    }
}

#[track_caller]
fn is_parameter(problem: &Value, place: &str, name: &str, says: &str) {
    assert_eq!(problem["type"], "urn:problem:chassis:invalid-parameter");
    assert_eq!(problem["status"], 400);
    assert_eq!(
        (&problem["in"], &problem["parameter"]),
        (&json!(place), &json!(name))
    );
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(says), "{detail}");
}

#[test]
fn badly_encoded_paths() {
    is_parameter(
        &Ask::stock("%zz").refused(),
        "path",
        "sku",
        "two hexadecimal digits",
    );
    is_parameter(&Ask::stock("a%00").refused(), "path", "sku", "NUL");
    is_parameter(&Ask::stock("%ff%fe").refused(), "path", "sku", "UTF-8");
}

#[test]
fn bad_query_parameters() {
    let list = |query| Ask::list(query).refused();
    is_parameter(&list(""), "query", "order", "missing");
    is_parameter(
        &list("order=by-name&order=by-name"),
        "query",
        "order",
        "only once",
    );
    is_parameter(
        &list("order=by-name&%6frder=by-name"),
        "query",
        "order",
        "only once",
    );
    is_parameter(&list("order=none"), "query", "order", "unknown variant");
    is_parameter(&list("order=by-name&limit=256"), "query", "limit", "");
    is_parameter(
        &list("order=by-name&page-token=%c3%28"),
        "query",
        "page-token",
        "UTF-8",
    );
}

#[test]
fn bad_headers() {
    let ask = || Ask::list("order=by-name").header("x-tenant", "a");
    let twice = ask().header("x-tenant", "b").refused();
    is_parameter(&twice, "header", "x-tenant", "only once");
    let ask = Ask {
        method: 3,
        capture: "bolt",
        ..Ask::default()
    };
    is_parameter(&ask.refused(), "header", "if-match", "missing");
}

#[test]
fn a_body_of_another_media_type() {
    for content_type in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
    ] {
        let ask = Ask {
            headers: content_type
                .map(|value| ("content-type", value))
                .into_iter()
                .collect(),
            ..Ask::reserve("{}")
        };
        let problem = ask.refused();
        assert_eq!(problem["status"], 415);
        assert_eq!(problem["accepted"], json!(["application/json"]));
    }
}

#[test]
fn malformed_json_is_located() {
    let problem = Ask::reserve("{\"sku\": \"a\",\n \"count\": }").refused();
    assert_eq!(problem["status"], 400);
    assert_eq!(problem["type"], "urn:problem:chassis:malformed-json");
    assert_eq!(
        (&problem["line"], &problem["column"]),
        (&json!(2), &json!(11))
    );
}

#[test]
fn a_wrong_field_is_named() {
    let problem = Ask::reserve(r#"{"sku": "a", "count": 4294967296}"#).refused();
    assert_eq!(
        (&problem["status"], &problem["field"]),
        (&json!(400), &json!("count"))
    );
    let problem = Ask::reserve(r#"{"sku": "a"}"#).refused();
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("missing field `count`")
    );
}

#[test]
fn json_that_is_too_deep() {
    let ask = Ask {
        method: NOTE,
        ..Ask::reserve("[".repeat(100_000))
    };
    let problem = ask.refused();
    assert_eq!(problem["status"], 400);
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("recursion limit")
    );
}

#[test]
fn a_body_that_fails_its_validation() {
    let problem = Ask::reserve(r#"{"sku": "", "count": 0}"#).refused();
    assert_eq!(problem["status"], 422);
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["pointer"], "#/count");
    assert!(
        errors[0]["detail"]
            .as_str()
            .unwrap()
            .contains("lower than 1")
    );
}

#[test]
fn each_field_has_one_entry() {
    let body = r#"{"sku": "", "count": 1, "notes": [{"text": "ok"}, {"text": "größer"}]}"#;
    let problem = Ask::reserve(body).refused();
    let errors = problem["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0]["pointer"], "#/notes/1/text");
    let detail = errors[0]["detail"].as_str().unwrap();
    assert!(detail.contains("; "), "both rules: {detail}");
}

#[test]
fn unknown_fields_and_parameters_are_ignored() {
    let mut headers = HeaderMap::new();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    let request = Request {
        captures: Captures::default(),
        query: "dry=false&%zz=1&new=x",
        headers: &headers,
        body: Bytes::from_static(br#"{"sku": "a", "count": 1, "new": true}"#),
    };
    let answer = <dyn Inventory>::call(&service(), RESERVE, &request);
    assert!(matches!(answer, Answer::Later(_)));
}

#[test]
fn a_method_that_the_contract_does_not_have() {
    let ask = Ask {
        method: 99,
        ..Ask::default()
    };
    assert_eq!(ask.refused()["status"], 404);
}
