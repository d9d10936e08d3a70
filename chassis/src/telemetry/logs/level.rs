//! `logs.level`: what is logged, by module.

use tracing::Metadata;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;

use crate::{Error, Result};

/// Which events are logged: a level, or levels by module. The directives of tracing's `EnvFilter`,
/// those about spans and fields apart.
#[derive(Debug, Clone)]
pub(crate) struct Levels {
    text: String,
    targets: Targets,
    most: LevelFilter,
}

impl Levels {
    /// Reads `info,sqlx=warn,shop::orders=debug`.
    ///
    /// # Errors
    ///
    /// Says which part is no directive, and what is.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        for part in text.split(',').map(str::trim) {
            check(part).map_err(|why| malformed(text, &why))?;
        }
        let targets: Targets = text
            .parse()
            .map_err(|error| malformed(text, &format!("{error}")))?;
        let default = targets.default_level().into_iter();
        let most = targets.iter().map(|(_, level)| level).chain(default).max();
        Ok(Self {
            text: text.to_owned(),
            most: most.unwrap_or(LevelFilter::OFF),
            targets,
        })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn enables(&self, metadata: &Metadata<'_>) -> bool {
        self.targets
            .would_enable(metadata.target(), metadata.level())
    }

    /// The most talkative level of any module.
    pub(crate) fn most(&self) -> LevelFilter {
        self.most
    }
}

/// What the parser would take for a module though it was meant otherwise, or cannot read.
fn check(part: &str) -> std::result::Result<(), String> {
    if part.is_empty() {
        return Err("a part is empty".to_owned());
    }
    if part.contains(['[', '{']) {
        return Err(format!(
            "`{part}` is about spans or fields, which is not in this version"
        ));
    }
    let (module, level) = match part.split_once('=') {
        Some((module, level)) => (Some(module), level),
        None => (None, part),
    };
    let is_in_a_path = |letter: char| letter.is_ascii_alphanumeric() || "_-:".contains(letter);
    if !module.unwrap_or(level).chars().all(is_in_a_path) || level.is_empty() {
        return Err(format!("`{part}` is neither a level nor `module=level`"));
    }
    match level.parse::<LevelFilter>() {
        Ok(_) => Ok(()),
        Err(_) => Err(no_level(module, level)),
    }
}

/// A slip is told what was meant. A module alone would silence all others without a word.
fn no_level(module: Option<&str>, level: &str) -> String {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let lower = level.to_ascii_lowercase();
    let near = |word: &&&str| strsim::damerau_levenshtein(word, &lower) <= 2;
    match (LEVELS.iter().find(near), module) {
        (Some(near), _) => format!("`{level}` is no level; did you mean `{near}`?"),
        (None, Some(_)) => format!("`{level}` is no level; there are {}", LEVELS.join(", ")),
        (None, None) => format!(
            "`{level}` is no level; for a module of this name, say how much it logs and what all \
             others do: `info,{level}=debug`"
        ),
    }
}

fn malformed(text: &str, why: &str) -> Error {
    Error::configuration(format!(
        "logs.level {text:?} cannot be read: {why} (a level such as `info`, or levels by module \
         such as `info,sqlx=warn`)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_by_module_are_read() {
        let levels = Levels::parse("info,sqlx=warn,shop::orders=debug").unwrap();
        assert_eq!(levels.most(), LevelFilter::DEBUG);
        assert_eq!(Levels::parse("off").unwrap().most(), LevelFilter::OFF);
        let one = Levels::parse("off,shop=trace").unwrap();
        assert_eq!(one.most(), LevelFilter::TRACE);
        assert_eq!(Levels::parse("WARN").unwrap().most(), LevelFilter::WARN);
    }

    #[test]
    fn a_typing_error_is_told_what_was_meant() {
        for (text, why) in [
            ("inof", "did you mean `info`"),
            ("info,debgu", "did you mean `debug`"),
            ("info,", "a part is empty"),
            ("", "a part is empty"),
            ("shop[order]=info", "not in this version"),
            ("loud", "`loud` is no level; for a module of this name"),
            ("shop::orders", "`info,shop::orders=debug`"),
            ("info,shop", "`info,shop=debug`"),
            ("shop=loud", "`loud` is no level; there are off, error"),
            ("shop=inof", "did you mean `info`"),
            ("shop=", "neither a level nor"),
            ("<b>loud</b>=info", "neither a level nor"),
        ] {
            let said = Levels::parse(text).unwrap_err();
            assert_eq!(said.exit_code(), 78);
            assert!(said.to_string().contains(why), "{text}: {said}");
        }
    }
}
