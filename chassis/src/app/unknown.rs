//! Tables of the configuration for what nobody has: `[client.ordres]`, `[port.stok-store]`.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::config::{Config, Finding, Row};

/// What is said of tables that nobody asks for.
pub(super) struct Unknown<'a> {
    /// `client` or `port`.
    pub(super) section: &'static str,
    /// The names that somebody asks for.
    pub(super) known: Vec<&'a str>,
    /// What is wrong with the others.
    pub(super) fault: &'static str,
    /// What a name should be, before the list of them.
    pub(super) expected: &'static str,
}

/// The table that holds for all, under a name of its own.
const FOR_ALL: &str = "default";

/// Reads a section that somebody set, for all and for each component, whoever asks for it.
pub(super) fn read_unasked<T: DeserializeOwned + JsonSchema>(
    config: &Config,
    section: &str,
    components: &[String],
) {
    let own = components.iter().map(|name| config.component(name));
    for config in std::iter::once(config.clone()).chain(own) {
        if config.is_set(section) {
            // What is wrong with it is kept by reading it.
            drop(config.section::<T>(section));
        }
    }
}

impl Unknown<'_> {
    /// Reports each table of the section whose name nobody knows, once all is composed.
    pub(super) fn report(&self, config: &Config, components: &[String]) {
        if config.is_partial() {
            return;
        }
        let mut said: Vec<String> = Vec::new();
        for row in config.effective() {
            let Some(name) = self.name(row.key(), components) else {
                continue;
            };
            let is_known = |known: &&str| known.replace('-', "_") == name.replace('-', "_");
            if row.is_default() || said.iter().any(|one| one == name) {
                continue;
            }
            if name == FOR_ALL || self.known.iter().any(is_known) {
                continue;
            }
            said.push(name.to_owned());
            config.report(self.finding(&row));
        }
    }

    /// `orders` of `client.orders.url`, and of `shop.client.orders.url` where `shop` is a component.
    fn name<'k>(&self, key: &'k str, components: &[String]) -> Option<&'k str> {
        let own = components
            .iter()
            .find_map(|name| key.strip_prefix(name.as_str())?.strip_prefix('.'));
        let inner = own.unwrap_or(key).strip_prefix(self.section)?;
        Some(inner.strip_prefix('.')?.split_once('.')?.0)
    }

    fn finding(&self, row: &Row) -> Finding {
        let key = row.key();
        let table = key.rsplit_once('.').map_or(key, |(table, _)| table);
        let known = match self.known.is_empty() {
            true => "there is none".to_owned(),
            false => self.known.join(", "),
        };
        Finding::new(table, self.fault)
            .at(row.origin().clone())
            .expected(format!("{}: {known}", self.expected))
            .mend("correct the name, or remove the section")
    }
}
