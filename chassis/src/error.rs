//! [`Error`]: why a service could not be configured, started or kept running.
//!
//! It is the error of composition roots, so that `?` works on any error; a call through a port
//! fails with [`CallError`](crate::CallError) instead.

use std::error::Error as StdError;
use std::fmt;
use std::panic::Location;

/// The result of composing, starting or running a service.
pub type Result<T = (), E = Error> = std::result::Result<T, E>;

/// Why a service could not be configured, started or kept running.
///
/// It deliberately does not implement [`std::error::Error`]: that lets every error that does turn
/// into it by `?`.
pub struct Error {
    kind: Kind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
    /// Where `?` turned an error into this one, whose own words rarely say what was attempted.
    place: Option<&'static Location<'static>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Configuration,
    Unavailable,
    Bug,
}

impl Error {
    /// The configuration is wrong: exit code 78. `report` names every finding.
    pub fn configuration(report: impl fmt::Display) -> Self {
        Self::new(Kind::Configuration, report)
    }

    /// Something that the service requires is missing (a dependency, a port to listen on): exit
    /// code 69.
    pub fn unavailable(message: impl fmt::Display) -> Self {
        Self::new(Kind::Unavailable, message)
    }

    /// A mistake in the program itself: exit code 70.
    pub fn bug(message: impl fmt::Display) -> Self {
        Self::new(Kind::Bug, message)
    }

    /// Adds the error that caused this one.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The exit code of a process that ends with this error, by sysexits.h: 78 for configuration,
    /// 69 for a missing dependency, 70 for a bug.
    pub fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::Configuration => 78,
            Kind::Unavailable => 69,
            Kind::Bug => 70,
        }
    }

    fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            source: None,
            place: None,
        }
    }

    /// The same of another key of the configuration.
    #[cfg_attr(
        not(feature = "sqlite"),
        expect(dead_code, reason = "what has two keys is a database")
    )]
    pub(crate) fn about(mut self, key: &str, other: &str) -> Self {
        self.message = self.message.replace(key, other);
        self
    }

    /// Says what was attempted, and where, if the error itself is one of somebody else's.
    #[cfg_attr(
        not(feature = "service"),
        allow(dead_code, reason = "only a service composes")
    )]
    pub(crate) fn during(mut self, attempt: &str) -> Self {
        if let Some(place) = self.place.take() {
            let message = std::mem::take(&mut self.message);
            self.message = format!("{attempt} failed at {place}: {message}");
        }
        self
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    #[track_caller]
    fn from(error: E) -> Self {
        let place = Some(Location::caller());
        let error = Self::bug(&error).because_of_source(error);
        Self { place, ..error }
    }
}

/// For programs whose own errors are boxed: those that use one layer and have a `main` of theirs.
impl From<Error> for Box<dyn StdError + Send + Sync> {
    fn from(error: Error) -> Self {
        error.to_string().into()
    }
}

/// As the one that is `Send` and `Sync`.
impl From<Error> for Box<dyn StdError> {
    fn from(error: Error) -> Self {
        error.to_string().into()
    }
}

impl Error {
    /// Keeps `error`'s own causes without saying its message twice.
    fn because_of_source(mut self, error: impl StdError) -> Self {
        self.message = with_causes(self.message, error.source());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = self.source.as_deref().map(|source| source as &dyn StdError);
        f.write_str(&with_causes(self.message.clone(), cause))
    }
}

/// The error with its causes. Many errors say in their own words what they wrap: that is told once.
pub(crate) fn told(error: &dyn StdError) -> String {
    with_causes(error.to_string(), error.source())
}

fn with_causes(mut text: String, mut cause: Option<&dyn StdError>) -> String {
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = inner.source();
    }
    text
}

/// Reads like [`Display`](fmt::Display), for `fn main() -> chassis::Result` and `unwrap` in tests.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_errors_turn_into_it_with_their_causes() {
        fn parse() -> Result<u8> {
            Ok("x".parse::<u8>()?)
        }
        let error = parse().unwrap_err();
        assert_eq!(error.exit_code(), 70);
        assert_eq!(error.to_string(), "invalid digit found in string");
    }

    #[test]
    fn it_turns_into_the_boxes_of_others() {
        fn start() -> std::result::Result<(), Box<dyn StdError>> {
            Err(Error::unavailable("no collector"))?
        }
        assert_eq!(start().unwrap_err().to_string(), "no collector");
    }

    #[test]
    fn a_cause_follows_the_message() {
        let cause = std::io::Error::other("no route");
        let error = Error::unavailable("cannot reach the store").because(cause);
        assert_eq!(error.to_string(), "cannot reach the store: no route");
        assert_eq!(error.exit_code(), 69);
    }

    #[test]
    fn what_a_cause_repeats_is_said_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read the list: {0}")]
        struct Unread(#[source] std::num::ParseIntError);

        let cause = "x".parse::<u8>().unwrap_err();
        let error = Error::unavailable("no list").because(Unread(cause));
        let said = "no list: cannot read the list: invalid digit found in string";
        assert_eq!(error.to_string(), said);
    }
}
