//! Operations by path. Templates that differ only in their placeholders' names are one path in
//! OpenAPI: the first one's names hold.

use schemars::SchemaGenerator;
use serde_json::{Map, Value};

use super::operation::operation;
use crate::contract::{ContractInfo, MethodInfo};

#[derive(Default)]
pub(super) struct Paths(Vec<Path>);

struct Path {
    template: &'static str,
    operations: Map<String, Value>,
}

impl Paths {
    pub(super) fn add(
        &mut self,
        contract: &ContractInfo,
        method: &'static MethodInfo,
        schemas: &mut SchemaGenerator,
    ) {
        let known = self
            .0
            .iter()
            .position(|path| same(path.template, method.path));
        let index = known.unwrap_or_else(|| {
            self.0.push(Path {
                template: method.path,
                operations: Map::new(),
            });
            self.0.len() - 1
        });
        let path = &mut self.0[index];
        let operation = operation(contract, method, path.template, schemas);
        let verb = method.verb.as_str().to_ascii_lowercase();
        path.operations.insert(verb, operation);
    }

    pub(super) fn into_value(self) -> Value {
        let paths = self.0.into_iter();
        paths
            .map(|path| (path.template.to_owned(), Value::Object(path.operations)))
            .collect()
    }
}

fn same(one: &str, other: &str) -> bool {
    let placeholder = |segment: &str| segment.starts_with('{');
    let (mut one, mut other) = (one.split('/'), other.split('/'));
    loop {
        match (one.next(), other.next()) {
            (None, None) => return true,
            (Some(a), Some(b)) if a == b || (placeholder(a) && placeholder(b)) => {}
            _ => return false,
        }
    }
}

/// What `template` calls the placeholder that `own` calls `name`.
pub(super) fn placeholder<'t>(template: &'t str, own: &str, name: &'t str) -> &'t str {
    let named = |segment: &str| {
        segment
            .strip_prefix('{')?
            .strip_suffix('}')
            .map(str::to_owned)
    };
    let mut pairs = own.split('/').zip(template.split('/'));
    pairs
        .find(|(own, _)| named(own).is_some_and(|own| own == name))
        .and_then(|(_, first)| first.strip_prefix('{')?.strip_suffix('}'))
        .unwrap_or(name)
}
