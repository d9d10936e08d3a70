//! The lines of the configuration that made a port what it is.

use crate::admin::model::Setting;
use crate::app::place::Place;
use crate::config::{Config, Row};

/// The whole configuration, to be asked for the keys of single ports.
pub(super) struct Settings {
    rows: Vec<Row>,
    /// Whether values are shown, too: the request bore the token.
    values: bool,
}

impl Settings {
    pub(super) fn new(config: &Config, values: bool) -> Self {
        let rows = config.effective();
        Self { rows, values }
    }

    /// What holds for the HTTP edge.
    pub(super) fn http(&self) -> Vec<Setting> {
        self.of("", |key| key.starts_with("http."))
    }

    /// What holds for the store of `component`.
    #[cfg_attr(
        not(feature = "sqlite"),
        expect(dead_code, reason = "no store is built in")
    )]
    pub(super) fn store(&self, component: &str) -> Vec<Setting> {
        self.of(component, |key| key.starts_with("store."))
    }

    /// What an adapter of `component` says that it was configured by.
    fn adapter(&self, component: &str, place: &Place) -> Vec<Setting> {
        self.of(component, |key| place.is_configured_by(key))
    }

    /// What somebody has set for the policies of the own port `name` in `component`, and what its
    /// adapter says that it was configured by.
    pub(super) fn port(&self, component: &str, name: &str, place: &Place) -> Vec<Setting> {
        let mut set = self.of(component, |key| {
            let inner = key
                .strip_prefix("port.")
                .and_then(|key| key.split_once('.'));
            inner.is_some_and(|(table, _)| table == name || table == "default")
                || matches!(key, "port.attempt_timeout" | "port.total_timeout")
        });
        set.retain(|setting| setting.source != "default");
        set.extend(self.adapter(component, place));
        set
    }

    /// What holds for the client of `contract` in `component`: `client.KEY` and
    /// `client.CONTRACT.KEY`, but not those of other clients; `registry`: it asks there.
    pub(super) fn client(&self, component: &str, contract: &str, registry: bool) -> Vec<Setting> {
        self.of(component, |key| {
            let own = key.strip_prefix("client.").is_some_and(|key| {
                let inner = key.split_once('.');
                inner.is_none_or(|(name, _)| name == contract)
            });
            own || (registry && key.starts_with("registry."))
        })
    }

    /// The rows whose keys `belong`, those that somebody set before the defaults. A key of the
    /// component's own section counts as the plain one.
    fn of(&self, component: &str, belongs: impl Fn(&str) -> bool) -> Vec<Setting> {
        let own = |key: &'_ str| {
            let plain = key.strip_prefix(component);
            plain
                .and_then(|key| key.strip_prefix('.'))
                .is_some_and(&belongs)
        };
        let rows = self.rows.iter();
        let mut rows: Vec<&Row> = rows
            .filter(|row| belongs(row.key()) || (!component.is_empty() && own(row.key())))
            .collect();
        rows.sort_by_key(|row| row.is_default());
        rows.into_iter().map(|row| self.shown(row)).collect()
    }

    fn shown(&self, row: &Row) -> Setting {
        Setting {
            key: row.key().to_owned(),
            value: self.values.then(|| row.value().to_owned()),
            source: row.origin().to_string(),
        }
    }
}
