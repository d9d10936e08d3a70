//! References in values: `${VAR}`, `${VAR:-default}`, `${file:PATH}`, and a whole value `file:PATH`.
//!
//! What a reference gives is text and isn't looked through again. `$${` is a plain `${`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;

use super::Inputs;
use super::names::is_secret;

/// Where references are resolved.
pub(super) struct Resolver<'a> {
    inputs: &'a Inputs,
    folder: PathBuf,
    /// Variables that the process doesn't have but `.env` has.
    more: BTreeMap<String, String>,
}

/// A value with its references resolved.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Resolved {
    pub(super) text: String,
    /// Whether there was any reference.
    pub(super) changed: bool,
    /// Whether what it gave must not be shown.
    pub(super) secret: bool,
}

/// Why a reference couldn't be resolved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unresolved {
    pub(super) problem: String,
    pub(super) found: String,
    pub(super) mend: String,
}

impl<'a> Resolver<'a> {
    /// Resolves against the variables of `inputs`, then `more`; relative paths start at `folder`.
    pub(super) fn new(inputs: &'a Inputs, folder: PathBuf, more: BTreeMap<String, String>) -> Self {
        Self {
            inputs,
            folder,
            more,
        }
    }

    /// Resolves every `${…}` of `text`.
    pub(super) fn expand(&self, text: &str) -> Result<Resolved, Unresolved> {
        let mut resolved = Resolved::default();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (front, tail) = rest.split_at(at);
            if let Some(front) = front.strip_suffix('$') {
                resolved.text += front;
                resolved.text += "${";
                rest = &tail[2..];
                continue;
            }
            resolved.text += front;
            let end = tail.find('}').ok_or_else(|| unclosed(text))?;
            self.one(&tail[2..end], &mut resolved)?;
            rest = &tail[end + 1..];
        }
        resolved.text += rest;
        Ok(resolved)
    }

    fn one(&self, reference: &str, resolved: &mut Resolved) -> Result<(), Unresolved> {
        resolved.changed = true;
        if let Some(path) = reference
            .strip_prefix("file:")
            .filter(|path| !path.starts_with('-'))
        {
            resolved.secret = true;
            resolved.text += &self.file(path)?;
            return Ok(());
        }
        let (name, default) = match reference.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (reference, None),
        };
        if !is_name(name) {
            return Err(not_a_name());
        }
        let value = self.variable(name, default)?;
        resolved.secret |= is_secret(name);
        resolved.text += &value;
        Ok(())
    }

    fn variable(&self, name: &str, default: Option<&str>) -> Result<String, Unresolved> {
        let own = self.inputs.raw_variable(name);
        let value = own.or_else(|| self.more.get(name).map(OsStr::new));
        // As in a shell: `:-` stands in for an empty variable too.
        let value = value.filter(|value| default.is_none() || !value.is_empty());
        let found = format!("${{{name}}}");
        match (value.map(OsStr::to_str), default) {
            (Some(Some(value)), _) => Ok(value.to_owned()),
            (Some(None), _) => Err(Unresolved {
                problem: format!("the variable {name} is not UTF-8"),
                found,
                mend: "set the variable in UTF-8".to_owned(),
            }),
            (None, Some(default)) => Ok(default.to_owned()),
            (None, None) => Err(Unresolved {
                problem: format!("the variable {name} is not set"),
                mend: format!(
                    "set {name}, give a default as in ${{{name}:-text}}, or write $${{ for a plain ${{"
                ),
                found,
            }),
        }
    }

    /// The content of a file, without the line break that editors put at its end.
    pub(super) fn file(&self, path: &str) -> Result<String, Unresolved> {
        let unresolved = |problem: &str, mend: &str| Unresolved {
            problem: problem.to_owned(),
            found: format!("file:{path}"),
            mend: mend.to_owned(),
        };
        let bytes = self
            .inputs
            .read_referred(&self.folder.join(path))
            .map_err(|error| {
                let problem = format!("the file it refers to can't be read: {error}");
                unresolved(
                    &problem,
                    "put the file there and let the service's user read it",
                )
            })?;
        let mut text = String::from_utf8(bytes)
            .map_err(|_| unresolved("the file it refers to is not UTF-8", "save it in UTF-8"))?;
        if text.ends_with('\n') {
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        Ok(text)
    }
}

/// Whether a shell would take it as the name of a variable.
fn is_name(name: &str) -> bool {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(valid) && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// What stands there isn't repeated: in a password, it is a part of the password.
fn not_a_name() -> Unresolved {
    Unresolved {
        problem: "a reference doesn't name a variable".to_owned(),
        found: "`${…}` around something else".to_owned(),
        mend: "write ${NAME}, ${NAME:-text} or ${file:PATH}, or $${ for a plain ${".to_owned(),
    }
}

fn unclosed(text: &str) -> Unresolved {
    let at = text.find("${").unwrap_or_default();
    Unresolved {
        problem: "a reference isn't closed".to_owned(),
        // What follows may be a part of a secret.
        found: format!(
            "`${{` at character {} without a `}}`",
            text[..at].chars().count() + 1
        ),
        mend: "close it with }, or write $${ for a plain ${".to_owned(),
    }
}
