//! [`TlsSettings`]: whom a client believes, and what it shows.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fault, Identity};

/// TLS of a client: `[client.NAME.tls]`. Holds where its `url` begins with `https://`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TlsSettings {
    /// A file with the certificates (PEM) of those whose word is taken for who the server is, in
    /// place of those that this machine trusts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// A file with our own certificate (PEM; its issuers may follow it), for servers that ask who
    /// calls (mTLS). With `key_file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_file: Option<PathBuf>,
    /// A file with the private key (PEM) of `certificate_file`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// The name that the server's certificate must have, where it is not the host of the `url`:
    /// behind a tunnel, or where the `url` is an IP address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
}

impl TlsSettings {
    /// Our own certificate, if there is one.
    ///
    /// # Errors
    ///
    /// Where one of the two files is missing.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "nobody asks"))]
    pub(crate) fn identity(&self) -> Result<Option<Identity>, Fault> {
        match (&self.certificate_file, &self.key_file) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some(Identity {
                certificate: certificate.clone(),
                key: key.clone(),
            })),
            (Some(_), None) => Err(Fault::new(
                "key_file",
                "is missing: a certificate is of no use without its private key",
            )),
            (None, Some(_)) => Err(Fault::new(
                "certificate_file",
                "is missing: a private key is of no use without its certificate",
            )),
        }
    }
}
