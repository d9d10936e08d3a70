//! What is wrong with a configuration, and the report that a person reads.

use std::fmt;

use super::{Origin, Row};

/// One thing that is wrong: on which key, where, what was expected, what was found, and the mend.
///
/// Values that go in here must already be masked where they are secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    key: String,
    problem: String,
    origin: Option<Origin>,
    expected: Option<String>,
    found: Option<String>,
    mend: Option<String>,
}

impl Finding {
    /// A finding on `key` (`http.listen`; empty where no key is concerned).
    pub fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        let (key, problem) = (key.into(), problem.into());
        Self {
            key,
            problem,
            origin: None,
            expected: None,
            found: None,
            mend: None,
        }
    }

    /// What `error` says of `key`, which it may begin with.
    pub(crate) fn of(key: &str, error: &crate::Error) -> Self {
        let said = error.to_string();
        let problem = said.strip_prefix(key).unwrap_or(&said);
        Self::new(key, problem.trim_start_matches(':').trim_start())
    }

    /// Where the value stands.
    #[must_use]
    pub fn at(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// What would have been right.
    #[must_use]
    pub fn expected(mut self, text: impl Into<String>) -> Self {
        self.expected = Some(text.into());
        self
    }

    /// What stands there, masked where it is secret.
    #[must_use]
    pub fn found(mut self, text: impl Into<String>) -> Self {
        self.found = Some(text.into());
        self
    }

    /// What to do about it.
    #[must_use]
    pub fn mend(mut self, text: impl Into<String>) -> Self {
        self.mend = Some(text.into());
        self
    }

    /// Takes place and value from the effective value of its key, where it doesn't say them itself.
    pub(super) fn beside(mut self, row: &Row) -> Self {
        self.origin.get_or_insert_with(|| row.origin().clone());
        self.found.get_or_insert_with(|| row.value().to_owned());
        self
    }

    /// The key concerned; empty where there is none.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// What is wrong, in a few words.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// What would have been right, if that can be said.
    pub fn wanted(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// What stands there, masked where it is secret.
    pub fn shown(&self) -> Option<&str> {
        self.found.as_deref()
    }

    /// What to do about it.
    pub fn advice(&self) -> Option<&str> {
        self.mend.as_deref()
    }

    /// Where it stands, if it stands anywhere (a missing key doesn't).
    pub fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// All of it in one line, for the log.
    pub fn line(&self) -> String {
        let text = self.to_string();
        let rows = text.lines().map(|row| {
            let words: Vec<&str> = row.split_whitespace().collect();
            words.join(" ")
        });
        rows.collect::<Vec<_>>().join("; ")
    }

    fn row(f: &mut fmt::Formatter<'_>, label: &str, text: Option<&str>) -> fmt::Result {
        match text {
            Some(text) => write!(f, "\n     {label:<9} {text}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => f.write_str(&self.problem)?,
            key => write!(f, "{key}: {}", self.problem)?,
        }
        let origin = self.origin.as_ref().map(ToString::to_string);
        Self::row(f, "at", origin.as_deref())?;
        Self::row(f, "expected", self.expected.as_deref())?;
        Self::row(f, "found", self.found.as_deref())?;
        Self::row(f, "mend", self.mend.as_deref())
    }
}

/// All findings of one configuration. `Display` is the whole report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    list: Vec<Finding>,
    profile: Option<String>,
}

impl Findings {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding; one that is already there isn't repeated.
    pub fn add(&mut self, finding: Finding) {
        if !self.list.contains(&finding) {
            self.list.push(finding);
        }
    }

    /// Adds all of `others`.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Finding>) {
        others.into_iter().for_each(|finding| self.add(finding));
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Says in the report which profile's rules and files they were found under.
    pub(super) fn under(mut self, profile: &str) -> Self {
        self.profile = Some(profile.to_owned());
        self
    }

    /// Puts them in the order in which a person mends: file by file and line by line, then
    /// variables, arguments, and what stands nowhere.
    pub(super) fn sort(&mut self) {
        self.list
            .sort_by_key(|finding| (finding.origin.is_none(), finding.origin.clone()));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The findings in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.list.iter()
    }

    /// `Ok(value)` when nothing was found, else the findings.
    ///
    /// # Errors
    ///
    /// The findings, when there are any.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Self {
            list: vec![finding],
            profile: None,
        }
    }
}

impl IntoIterator for Findings {
    type Item = Finding;
    type IntoIter = std::vec::IntoIter<Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a> IntoIterator for &'a Findings {
    type Item = &'a Finding;
    type IntoIter = std::slice::Iter<'a, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.len() == 1 {
            "finding"
        } else {
            "findings"
        };
        write!(f, "bad configuration: {} {noun}", self.len())?;
        match &self.profile {
            Some(profile) => writeln!(f, " (profile {profile})")?,
            None => writeln!(f)?,
        }
        for (index, finding) in self.iter().enumerate() {
            write!(f, "\n{:>3}. {finding}\n", index + 1)?;
        }
        Ok(())
    }
}

/// By hand, and not by `std::error::Error`, so that `?` keeps the exit code 78.
impl From<Findings> for crate::Error {
    fn from(findings: Findings) -> Self {
        Self::configuration(findings)
    }
}
