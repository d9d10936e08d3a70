//! [`Http1Error`]: why an exchange over HTTP/1.1 failed.

use std::error::Error as StdError;
use std::{fmt, io};

/// Why an exchange failed. Its connection ends with it.
#[derive(Debug)]
pub(in crate::http::client) enum Http1Error {
    /// Reading or writing failed.
    Io(io::Error),
    /// Closed before a byte of the answer came.
    Silent,
    /// Closed in the middle of the answer.
    Incomplete,
    /// What came is not what RFC 9112 says.
    Rules(&'static str),
    /// The body of the request failed, or is not as long as was said.
    Body(Box<dyn StdError + Send + Sync>),
}

impl From<io::Error> for Http1Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl fmt::Display for Http1Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the connection broke: {error}"),
            Self::Silent => f.write_str("the connection was closed before an answer came"),
            Self::Incomplete => {
                f.write_str("the connection was closed in the middle of the answer")
            }
            Self::Rules(what) => f.write_str(what),
            Self::Body(error) => write!(f, "the body of the request could not be sent: {error}"),
        }
    }
}

impl StdError for Http1Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Body(error) => Some(&**error),
            Self::Silent | Self::Incomplete | Self::Rules(_) => None,
        }
    }
}
