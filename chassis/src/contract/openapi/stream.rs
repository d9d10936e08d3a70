//! What a method streams. OpenAPI 3.1 knows no stream, so the schema is that of one event, and of
//! one line.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::ProblemDetails;
use crate::contract::{Format, StreamInfo};
use crate::problem::PROBLEM_JSON;

/// The content of an answer that streams, by media type.
pub(super) fn content(stream: &StreamInfo, schemas: &mut SchemaGenerator) -> Value {
    let item = (stream.item)(schemas);
    let problem = schemas.subschema_for::<ProblemDetails>();
    let [events, lines] = Format::ALL.map(Format::media_type);
    json!({
        events: { "schema": event(&item, &problem) },
        lines: { "schema": line(&item, &problem) },
    })
}

fn event(item: &schemars::Schema, problem: &schemars::Schema) -> Value {
    let data = |media_type: &str, schema: Value| json!({ "type": "string", "contentMediaType": media_type, "contentSchema": schema });
    let one = |event: &str, data: Value| {
        json!({
            "required": ["event", "data"],
            "properties": { "event": { "const": event }, "data": data },
        })
    };
    let item = json!({
        "required": ["data"],
        "properties": {
            "id": { "type": "string", "description": "To be sent back as `Last-Event-ID`." },
            "data": data("application/json", json!(item)),
        },
    });
    json!({
        "type": "object",
        "description": "One event: an item, or how the stream ended.",
        "anyOf": [
            item,
            one("error", data(PROBLEM_JSON, json!(problem))),
            one("end", data("application/json", json!({ "type": "object" }))),
        ],
    })
}

fn line(item: &schemars::Schema, problem: &schemars::Schema) -> Value {
    let one = |member: &str, schema: Value| json!({ "required": [member], "properties": { member: schema } });
    let id = json!({ "type": "string", "description": "To be sent back as `Last-Event-ID`." });
    json!({
        "type": "object",
        "description": "One line: an item, or how the stream ended. Empty lines say that it lives.",
        "oneOf": [
            { "required": ["data"], "properties": { "data": item, "id": id } },
            one("error", json!(problem)),
            one("end", json!({ "type": "object" })),
            one("retry", json!({ "type": "integer", "description": "Milliseconds." })),
        ],
    })
}
