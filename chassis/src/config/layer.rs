//! One source of values: a figment provider that also knows where each value stands.

use std::collections::BTreeMap;

use figment::value::{Dict, Map, Value};
use figment::{Error, Metadata, Profile, Provider};

use super::origin::Place;

/// The way to a value: keys of tables and indices of lists.
pub(super) type Path = Vec<String>;

/// The values of one source. Figment merges them and remembers by its metadata which layer a value
/// came from; the layer then says where in it the value stands.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer {
    /// Unique among the layers of one configuration.
    pub(super) name: String,
    /// Whether values are bare text, whose type only the schema knows (variables, arguments).
    pub(super) untyped: bool,
    /// Whether `${…}` and `file:` are references here.
    pub(super) references: bool,
    values: Dict,
    places: BTreeMap<Path, Place>,
}

impl Layer {
    /// A layer of typed values, as of a file.
    pub(super) fn typed(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            references: true,
            ..Self::default()
        }
    }

    /// A layer of bare texts.
    pub(super) fn untyped(name: impl Into<String>) -> Self {
        Self {
            untyped: true,
            ..Self::typed(name)
        }
    }

    /// The layer with texts that are taken as they are.
    pub(super) fn without_references(self) -> Self {
        Self {
            references: false,
            ..self
        }
    }

    /// Takes a whole table with the places of its entries.
    pub(super) fn fill(&mut self, values: Dict, places: BTreeMap<Path, Place>) {
        self.values = values;
        self.places = places;
    }

    /// Sets one value; tables on the way are made. Says `false` where a plain value is in the way.
    pub(super) fn set(&mut self, path: &[String], value: Value, place: Place) -> bool {
        let Some((last, tables)) = path.split_last() else {
            return false;
        };
        let mut dict = &mut self.values;
        for (depth, key) in tables.iter().enumerate() {
            let table = dict
                .entry(key.clone())
                .or_insert_with(|| Value::from(Dict::new()));
            let Value::Dict(_, inner) = table else {
                return false;
            };
            self.places
                .entry(path[..=depth].to_vec())
                .or_insert_with(|| place.clone());
            dict = inner;
        }
        if matches!(dict.get(last), Some(Value::Dict(..))) {
            return false;
        }
        dict.insert(last.clone(), value);
        self.places.insert(path.to_vec(), place);
        true
    }

    /// Where the value at `path` stands.
    pub(super) fn place(&self, path: &[String]) -> Option<&Place> {
        self.places.get(path)
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}
