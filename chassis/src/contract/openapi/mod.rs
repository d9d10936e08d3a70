//! The OpenAPI 3.1 document of contracts: [`openapi`].
//!
//! Its schemas are JSON Schema 2020-12, as schemars makes them; descriptions are the doc comments.

mod operation;
mod paths;
mod responses;
mod stream;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::ContractInfo;
use paths::Paths;

/// The OpenAPI 3.1 document of `contracts`, titled by the service's name and version.
///
/// Contracts whose routes collide never come so far: the server refuses them at start.
pub fn openapi(contracts: &[&ContractInfo], title: &str, version: &str) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut schemas = settings.into_generator();
    let mut paths = Paths::default();
    for contract in contracts {
        for method in contract.methods {
            paths.add(contract, method, &mut schemas);
        }
    }
    let tags: Vec<Value> = contracts.iter().map(|contract| tag(contract)).collect();
    let schemas = schemas.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "version": version },
        "tags": tags,
        "paths": paths.into_value(),
        "components": { "schemas": schemas },
    })
}

fn tag(contract: &ContractInfo) -> Value {
    json!({ "name": contract.name, "description": contract.doc })
}

#[cfg(test)]
mod tests;
