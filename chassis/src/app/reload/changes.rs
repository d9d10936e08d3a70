//! [`Changes`]: what is different in a new configuration, for people.

use std::collections::BTreeMap;

use crate::config::{Config, Row};
use crate::http::client;

/// So many are said in one line; further ones are counted.
const SAID: usize = 20;

/// The settings that differ.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// Those that hold from now on.
    taken: Vec<Changed>,
    /// Those that hold from the next start on.
    waiting: Vec<Changed>,
}

#[derive(Debug)]
struct Changed {
    key: String,
    from: Option<String>,
    to: Option<String>,
}

impl Changes {
    pub(super) fn between(old: &Config, new: &Config, components: &[String]) -> Self {
        let rows = |config: &Config| -> BTreeMap<String, Row> {
            let rows = config.effective().into_iter();
            rows.map(|row| (row.key().to_owned(), row)).collect()
        };
        let (old, mut new) = (rows(old), rows(new));
        let mut changes = Self::default();
        let mut add = |key: String, from: Option<Row>, to: Option<Row>| {
            // Where a section is read for the first time, its defaults are nothing new.
            let is_said = match (&from, &to) {
                (Some(from), Some(to)) => from.value() != to.value(),
                (Some(one), None) | (None, Some(one)) => !one.is_default(),
                (None, None) => false,
            };
            let list = match is_followed(&key, components) {
                true => &mut changes.taken,
                false => &mut changes.waiting,
            };
            let value = |row: Option<Row>| row.map(|row| row.value().to_owned());
            if is_said {
                let (from, to) = (value(from), value(to));
                list.push(Changed { key, from, to });
            }
        };
        for (key, from) in old {
            let to = new.remove(&key);
            add(key, Some(from), to);
        }
        for (key, to) in new {
            add(key, None, Some(to));
        }
        changes
    }

    /// The log level, where it has changed. One that was set by hand stays until the file says another.
    pub(super) fn log_level(&self) -> Option<&str> {
        let level = self.taken.iter().find(|one| one.key == LEVEL)?;
        Some(level.to.as_deref()?.trim_matches('"'))
    }

    /// Says them in the log: one line for those that hold, one for those that wait.
    pub(super) fn tell(&self) {
        let (taken, waiting) = (self.taken.len(), self.waiting.len());
        if taken == 0 && waiting == 0 {
            tracing::info!("the configuration was read anew: no setting has changed");
        }
        if taken > 0 {
            let what = list(&self.taken);
            tracing::info!(settings = taken, "the configuration has changed: {what}");
        }
        if waiting > 0 {
            let what = list(&self.waiting);
            tracing::warn!(
                settings = waiting,
                "the configuration has changed, but this holds only from the next start on: {what}"
            );
        }
    }
}

const LEVEL: &str = "logs.level";

/// Whether a running service takes over the setting at `key`.
fn is_followed(key: &str, components: &[String]) -> bool {
    let inner = components
        .iter()
        .find_map(|name| key.strip_prefix(name.as_str())?.strip_prefix('.'));
    let key = inner.unwrap_or(key);
    match key.split_once('.') {
        Some(("client", rest)) => {
            let own = rest.split_once('.').map(|(_, setting)| setting);
            client::Settings::follows(rest) || own.is_some_and(client::Settings::follows)
        }
        Some(("port", _)) => true,
        _ => key == LEVEL,
    }
}

fn list(changed: &[Changed]) -> String {
    let said = changed.iter().take(SAID).map(|one| {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "unset".to_owned());
        format!("{} {} → {}", one.key, value(&one.from), value(&one.to))
    });
    let mut said: Vec<String> = said.collect();
    if changed.len() > SAID {
        said.push(format!("and {} more", changed.len() - SAID));
    }
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_followed_and_connections_are_not() {
        let components = ["orders".to_owned()];
        let followed = |key| is_followed(key, &components);
        for key in [
            "client.total_timeout",
            "client.default.retry.attempts",
            "client.inventory.methods.stock.attempt_timeout",
            "client.inventory.balance.rule",
            "orders.client.inventory.ejection.eject_for",
            "orders.port.stock-store.breaker.enabled",
            "port.attempt_timeout",
            "logs.level",
        ] {
            assert!(followed(key), "{key}");
        }
        for key in [
            "client.connect_timeout",
            "client.inventory.url",
            "client.default.cache.max_bytes",
            "client.inventory.tls.ca",
            "http.listen",
            "orders.http.listen",
            "logs.format",
            "warehouse.keep",
        ] {
            assert!(!followed(key), "{key}");
        }
    }
}
