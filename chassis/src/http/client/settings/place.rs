//! [`Place`]: where in the configuration a policy's setting comes from, and what is wrong with it.

use crate::config::{Finding, Row};
use crate::policy::stack::Mistake;

/// Finds where the settings of one dependency come from: of a client, or of a port.
pub(crate) struct Place<'a> {
    /// `client` or `port`.
    section: &'static str,
    name: &'a str,
    methods: &'a [&'a str],
    rows: &'a [Row],
}

impl<'a> Place<'a> {
    /// Of the dependency `name` in `section`, whose methods are these; `rows` are the whole
    /// configuration.
    pub(crate) fn new(
        section: &'static str,
        name: &'a str,
        methods: &'a [&'a str],
        rows: &'a [Row],
    ) -> Self {
        Self {
            section,
            name,
            methods,
            rows,
        }
    }

    /// A setting that cannot work.
    pub(crate) fn mistake(&self, mistake: &Mistake) -> Finding {
        let setting = match mistake.policy {
            "" => mistake.setting.to_owned(),
            policy => format!("{policy}.{}", mistake.setting),
        };
        let method = mistake.method.and_then(|index| self.methods.get(index));
        self.finding(method.copied(), &setting, mistake.fault)
    }

    /// A finding on the key that sets `setting` for `method`, or for the dependency, or for all.
    pub(crate) fn finding(&self, method: Option<&str>, setting: &str, fault: &str) -> Finding {
        let (section, name) = (self.section, self.name);
        let own = method.map(|method| format!("{section}.{name}.methods.{method}.{setting}"));
        let keys = own.into_iter().chain([
            format!("{section}.{name}.{setting}"),
            format!("{section}.default.{setting}"),
            format!("{section}.{setting}"),
        ]);
        let keys: Vec<String> = keys.collect();
        let set = keys.iter().find_map(|key| self.row(key));
        match set {
            Some(row) => Finding::new(row.key(), fault)
                .at(row.origin().clone())
                .found(row.value()),
            None => Finding::new(format!("{section}.{name}.{setting}"), fault),
        }
    }

    /// The row of a key that somebody set, in a section of all or of a component.
    fn row(&self, key: &str) -> Option<&Row> {
        let wanted = key.replace('-', "_");
        self.rows
            .iter()
            .filter(|row| !row.is_default())
            .find(|row| {
                let known = row.key().replace('-', "_");
                known == wanted || known.ends_with(&format!(".{wanted}"))
            })
    }

    /// The table of a method that there isn't.
    pub(crate) fn unknown(&self, method: &str) -> Finding {
        let (section, name) = (self.section, self.name);
        let key = format!("{section}.{name}.methods.{method}");
        let whose = match section {
            "client" => "contract",
            other => other,
        };
        let finding = Finding::new(&key, format!("the {whose} has no method of this name"))
            .expected(format!("one of {}", self.methods.join(", ")))
            .mend("correct the name, or remove the table");
        let inside = format!("{}.", key.replace('-', "_"));
        let row = self
            .rows
            .iter()
            .find(|row| row.key().replace('-', "_").contains(&inside));
        match row {
            Some(row) => finding.at(row.origin().clone()),
            None => finding,
        }
    }
}
