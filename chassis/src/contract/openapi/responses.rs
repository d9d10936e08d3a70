//! What a method answers: success, its own problems by status, those of the chassis.

use std::collections::BTreeMap;

use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::stream;
use crate::ProblemDetails;
use crate::contract::{ContractInfo, MethodInfo};
use crate::problem::{PROBLEM_JSON, expansion::type_uri};

/// One kind of problem under a status.
struct Kind {
    type_uri: String,
    description: String,
}

pub(super) fn responses(
    contract: &ContractInfo,
    method: &MethodInfo,
    schemas: &mut SchemaGenerator,
) -> Value {
    let mut responses = Map::new();
    responses.insert(method.success.to_string(), success(method, schemas));
    for (status, kinds) in problems(contract, method) {
        responses.insert(status.to_string(), problem(&kinds, schemas));
    }
    let any = schemas.subschema_for::<ProblemDetails>();
    let any = json!({
        "description": "Any other failure.",
        "content": { PROBLEM_JSON: { "schema": any } },
    });
    responses.insert("default".to_owned(), any);
    Value::Object(responses)
}

fn success(method: &MethodInfo, schemas: &mut SchemaGenerator) -> Value {
    let mut response = Map::new();
    let description = match method.success {
        201 => "Created.",
        204 => "Done; there is nothing to say.",
        _ if method.stream.is_some() => "Items, as they come.",
        _ => "The answer.",
    };
    response.insert("description".to_owned(), json!(description));
    if method.success == 201 {
        let schema = json!({ "type": "string", "format": "uri-reference" });
        let location = json!({ "description": "Where it is.", "required": true, "schema": schema });
        response.insert("headers".to_owned(), json!({ "Location": location }));
    }
    let content = match method.answer {
        Some(schema) => Some(json!({ "application/json": { "schema": schema(schemas) } })),
        None if method.stream.is_some() => method
            .stream
            .as_ref()
            .map(|stream| stream::content(stream, schemas)),
        None if method.bytes => Some(json!({ "application/octet-stream": {} })),
        None => None,
    };
    response.extend(content.map(|content| ("content".to_owned(), content)));
    Value::Object(response)
}

fn problems(contract: &ContractInfo, method: &MethodInfo) -> BTreeMap<u16, Vec<Kind>> {
    let mut problems: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for variant in (method.problems)() {
        let own = variant.type_uri.map(str::to_owned);
        problems.entry(variant.status).or_default().push(Kind {
            type_uri: own.unwrap_or_else(|| type_uri(contract.name, variant.name)),
            description: variant.doc.to_owned(),
        });
    }
    for (status, kind, description) in chassis_problems(method) {
        problems.entry(status).or_default().push(Kind {
            type_uri: type_uri("chassis", kind),
            description: description.to_owned(),
        });
    }
    problems
}

/// What is answered before the handler is called.
fn chassis_problems(method: &MethodInfo) -> Vec<(u16, &'static str, &'static str)> {
    let mut problems = Vec::new();
    if method.params.len() > usize::from(method.has_body()) {
        problems.push((
            400,
            "invalid-parameter",
            "A parameter is missing or malformed.",
        ));
    }
    if method.stream.is_some() {
        problems.push((
            406,
            "not-acceptable",
            "The caller takes neither of the formats in which the answer streams.",
        ));
    }
    if method.has_body() {
        problems.extend([
            (
                400,
                "malformed-json",
                "The body is not the JSON that was expected.",
            ),
            (
                415,
                "unsupported-media-type",
                "The body is not declared as JSON.",
            ),
            (422, "validation", "Fields of the body are not valid."),
        ]);
    }
    problems
}

fn problem(kinds: &[Kind], schemas: &mut SchemaGenerator) -> Value {
    let types: Vec<&str> = kinds.iter().map(|kind| kind.type_uri.as_str()).collect();
    let descriptions: Vec<String> = kinds.iter().map(Kind::describe).collect();
    let any = schemas.subschema_for::<ProblemDetails>();
    let schema = json!({
        "allOf": [any, { "properties": { "type": { "enum": types } } }],
    });
    json!({
        "description": descriptions.join("\n\n"),
        "content": { PROBLEM_JSON: { "schema": schema } },
    })
}

impl Kind {
    fn describe(&self) -> String {
        let Self {
            type_uri,
            description,
        } = self;
        match description.as_str() {
            "" => format!("`{type_uri}`"),
            description => format!("`{type_uri}`: {description}"),
        }
    }
}
