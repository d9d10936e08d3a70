//! Reading certificates and keys from files. What a key file holds is never part of a message.

use std::path::Path;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::Fault;

/// All certificates of a file, of which there is at least one.
pub(super) fn certificates(
    setting: &'static str,
    path: &Path,
) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(|error| Fault::of(setting, path, said(&error)))?
        .collect();
    let found = found.map_err(|error| Fault::of(setting, path, said(&error)))?;
    match found.is_empty() {
        true => Err(Fault::of(
            setting,
            path,
            "holds no certificate; expected PEM, `-----BEGIN CERTIFICATE-----`",
        )),
        false => Ok(found),
    }
}

/// The private key of a file.
pub(super) fn key(setting: &'static str, path: &Path) -> Result<PrivateKeyDer<'static>, Fault> {
    PrivateKeyDer::from_pem_file(path).map_err(|error| match error {
        pem::Error::NoItemsFound => Fault::of(
            setting,
            path,
            "holds no private key; expected PEM, `-----BEGIN PRIVATE KEY-----`, not encrypted",
        ),
        error => Fault::of(setting, path, said(&error)),
    })
}

/// Without the words of the file, which may be secret.
fn said(error: &pem::Error) -> String {
    match error {
        pem::Error::Io(error) => format!(
            "cannot be read: {error}; name it from the folder that the program is started in, or from the root, \
             and let the service's user read it"
        ),
        _ => "is no PEM, or is cut off".to_owned(),
    }
}
