//! TLS: what is believed of the other side, and what is shown to it.
//!
//! [`TlsSettings`] is what can be set. `ClientTls` is what a client makes of it: opened once, when
//! the service starts, so that a file that is missing or is no certificate is found then; and asked
//! for every new connection. By rustls, behind the cargo feature `tls`; without it, `ClientTls`
//! can only be refused, with the word that turns it on.

// A pair with the same surface, and what only the one needs.
#[cfg(not(feature = "tls"))]
mod disabled;
#[cfg(feature = "tls")]
mod enabled;
#[cfg(feature = "tls")]
mod encrypted;
#[cfg(feature = "tls")]
mod explain;
#[cfg(feature = "tls")]
mod pem;
mod settings;
#[cfg(test)]
#[cfg(feature = "tls")]
pub(in crate::http) mod tests;

#[cfg(not(feature = "tls"))]
pub(crate) use disabled::ClientTls;
#[cfg(feature = "tls")]
pub(crate) use enabled::ClientTls;
pub use settings::TlsSettings;

use std::path::PathBuf;

/// What is wrong with one of the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The setting: `ca_file`; empty where no single one is at fault.
    pub(crate) setting: &'static str,
    /// What is wrong, and what to do.
    pub(crate) problem: String,
}

impl Fault {
    fn new(setting: &'static str, problem: impl Into<String>) -> Self {
        Self {
            setting,
            problem: problem.into(),
        }
    }

    #[cfg(feature = "tls")]
    fn of(setting: &'static str, path: &std::path::Path, problem: impl std::fmt::Display) -> Self {
        Self::new(setting, format!("{}: {problem}", path.display()))
    }
}

/// What two sides of a connection agreed on by ALPN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alpn {
    /// HTTP/2.
    H2,
    /// HTTP/1.1, or nothing: whoever agrees on nothing speaks HTTP/1.1.
    Http1,
}

/// The files of a service's own certificate: PEM, the certificate first and its issuers after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}
