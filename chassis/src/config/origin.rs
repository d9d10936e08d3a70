//! Where a value came from, as a person would look for it.

use std::fmt;

/// Where a value came from.
///
/// `Display` gives what a person can act on: `chassis.toml:3:7`, `variable CHASSIS_HTTP__LISTEN`,
/// `argument --set http.listen`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Origin {
    /// Nobody set it: the program's own default.
    Default,
    /// A file, with line and column counted from one; both are zero for the file as a whole.
    File {
        /// The path as it was opened.
        path: String,
        /// The line, from 1; 0 means the whole file.
        line: usize,
        /// The column in characters, from 1; 0 means the whole line.
        column: usize,
    },
    /// A variable of the process.
    Variable(String),
    /// An argument of the command line, without its value.
    Argument(String),
}

impl Origin {
    /// The file as a whole.
    pub(super) fn file(path: impl Into<String>) -> Self {
        Self::File {
            path: path.into(),
            line: 0,
            column: 0,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line: 0, .. } => f.write_str(path),
            Self::File {
                path,
                line,
                column: 0,
            } => write!(f, "{path}:{line}"),
            Self::File { path, line, column } => write!(f, "{path}:{line}:{column}"),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Argument(text) => write!(f, "argument {text}"),
        }
    }
}

/// The two places of one entry: its key and its value. They differ only in files.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) key: Origin,
    pub(super) value: Origin,
}

impl Place {
    pub(super) fn of(origin: Origin) -> Self {
        Self {
            key: origin.clone(),
            value: origin,
        }
    }
}
