//! The OpenAPI document of a contract.

use chassis::contract::{Contract, openapi};
use chassis::{CallError, Streaming, service};
use serde_json::{Value, json};

use super::{Inventory, Stock};

#[service(version = "1")]
trait Watched {
    #[get("/stocks")]
    async fn watch(&self) -> Result<Streaming<Stock>, CallError>;
}

fn document() -> Value {
    let contracts = [<dyn Inventory>::info(), <dyn Watched>::info()];
    openapi(&contracts, "warehouse", "1.2.3")
}

fn operation(pointer: &str) -> Value {
    let document = document();
    document.pointer(pointer).unwrap().clone()
}

#[test]
fn the_document() {
    let document = document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(
        document["info"],
        json!({ "title": "warehouse", "version": "1.2.3" })
    );
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths.len(), 7, "{paths:?}");
}

#[test]
fn an_operation() {
    let stock = operation("/paths/~1v1~1items~1{sku}/get");
    assert_eq!(stock["operationId"], "inventory.v1.stock");
    assert_eq!(stock["summary"], "Stock of one item.");
    assert_eq!(stock["x-since"], "1.2");
    assert_eq!(
        stock["parameters"],
        json!([{ "name": "sku", "in": "path", "required": true,
                 "schema": { "type": "string" } }])
    );
    let schema = &stock["responses"]["200"]["content"]["application/json"]["schema"];
    assert_eq!(schema["$ref"], "#/components/schemas/Stock");
    assert_eq!(
        operation("/paths/~1v1~1items~1{sku}~1label/get")["deprecated"],
        true
    );
}

#[test]
fn problems_stand_under_their_status() {
    let stock = operation("/paths/~1v1~1items~1{sku}/get");
    let problem = &stock["responses"]["404"];
    let description = problem["description"].as_str().unwrap();
    assert_eq!(
        description,
        "`urn:problem:inventory:unknown-item`: Nobody knows it."
    );
    let schema = &problem["content"]["application/problem+json"]["schema"];
    let types = &schema["allOf"][1]["properties"]["type"]["enum"];
    assert_eq!(types, &json!(["urn:problem:inventory:unknown-item"]));
}

#[test]
fn a_created_answer_says_where_it_is() {
    let reserve = operation("/paths/~1v1~1reservations/post");
    assert_eq!(reserve["requestBody"]["required"], true);
    assert_eq!(
        reserve["responses"]["201"]["headers"]["Location"]["required"],
        true
    );
    let statuses = reserve["responses"].as_object().unwrap();
    for status in ["400", "415", "422", "default"] {
        assert!(statuses.contains_key(status), "{status}");
    }
}

#[test]
fn a_stream_is_described_in_both_formats() {
    let watch = operation("/paths/~1v1~1stocks/get");
    let responses = watch["responses"].as_object().unwrap();
    assert!(responses.contains_key("406"));
    let content = &responses["200"]["content"];
    let item = "#/components/schemas/Stock";
    let event = &content["text/event-stream"]["schema"]["anyOf"][0]["properties"]["data"];
    assert_eq!(event["contentSchema"]["$ref"], item);
    let line = &content["application/x-ndjson"]["schema"]["oneOf"][0]["properties"]["data"];
    assert_eq!(line["$ref"], item);
}

/// Every reference leads somewhere.
#[test]
fn references_resolve() {
    fn check(value: &Value, document: &Value) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    let pointer = reference.strip_prefix('#').unwrap();
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                }
                members.values().for_each(|value| check(value, document));
            }
            Value::Array(values) => values.iter().for_each(|value| check(value, document)),
            _ => {}
        }
    }
    let document = document();
    check(&document, &document);
}

/// A foreign validator agrees: `openapi-spec-validator`, whose path `cargo xtask test` gives.
#[test]
fn a_foreign_validator_agrees() {
    let Some(validator) = std::env::var_os("TEST_OPENAPI_VALIDATOR") else {
        let in_ci = std::env::var_os("CI").is_some();
        assert!(
            !in_ci,
            "TEST_OPENAPI_VALIDATOR is not set: run cargo xtask test"
        );
        return;
    };
    let file = std::env::temp_dir().join(format!("chassis-openapi-{}.json", std::process::id()));
    std::fs::write(&file, document().to_string()).unwrap();
    let output = std::process::Command::new(validator).arg(&file).output();
    std::fs::remove_file(&file).unwrap();
    let output = output.unwrap();
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}
