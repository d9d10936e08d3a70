//! One method as an operation.

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::{paths, responses};
use crate::contract::{ContractInfo, MethodInfo, ParamInfo, ParamPlace};

pub(super) fn operation(
    contract: &ContractInfo,
    method: &MethodInfo,
    template: &str,
    schemas: &mut SchemaGenerator,
) -> Value {
    let mut operation = Map::new();
    let mut set = |name: &str, value: Value| operation.insert(name.to_owned(), value);
    set("operationId", json!(contract.operation_id(method)));
    set("tags", json!([contract.name]));
    let (summary, description) = method.doc.split_once("\n\n").unwrap_or((method.doc, ""));
    if !summary.is_empty() {
        set("summary", json!(summary.replace('\n', " ")));
    }
    if !description.is_empty() {
        set("description", json!(description));
    }
    if method.deprecated {
        set("deprecated", json!(true));
    }
    if let Some(since) = method.since {
        set("x-since", json!(since));
    }
    let is_body = |param: &&ParamInfo| param.place == ParamPlace::Body;
    let others = method.params.iter().filter(|param| !is_body(param));
    let mut others: Vec<Value> = others
        .map(|p| parameter(p, method, template, schemas))
        .collect();
    if method.idempotent {
        others.push(idempotency_key());
    }
    if !others.is_empty() {
        set("parameters", json!(others));
    }
    if let Some(param) = method.params.iter().find(is_body) {
        let schema = (param.schema)(schemas);
        let content = json!({ "application/json": { "schema": schema } });
        set(
            "requestBody",
            json!({ "required": true, "content": content }),
        );
    }
    set("responses", responses::responses(contract, method, schemas));
    Value::Object(operation)
}

/// `Idempotency-Key`, draft 07: a string in double quotes.
fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "Makes this request and its repetitions one: the same key and body get the \
            same answer. A string in double quotes (RFC 9651), 1 to 255 printable characters.",
        "schema": { "type": "string", "pattern": r#"^"([ !#-\[\]-~]|\\["\\])+"$"#, "maxLength": 512 },
    })
}

fn parameter(
    param: &ParamInfo,
    method: &MethodInfo,
    template: &str,
    schemas: &mut SchemaGenerator,
) -> Value {
    let name = match param.place {
        ParamPlace::Path => paths::placeholder(template, method.path, param.name),
        _ => param.name,
    };
    json!({
        "name": name,
        "in": param.place.as_str(),
        "required": param.required,
        "schema": (param.schema)(schemas),
    })
}
