//! An authority of a test's own, the certificates that it signs, and servers that show them.

use std::path::PathBuf;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;

use crate::http::tls::TlsSettings;
use crate::http::tls::enabled::provider;

pub(in crate::http) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: String,
    folder: TempDir,
}

/// A certificate and its key, as PEM.
pub(in crate::http) struct Pair {
    pub(in crate::http) certificate: String,
    pub(in crate::http) key: String,
}

impl Authority {
    pub(in crate::http) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Each has a name of its own: those of one name are told apart by their signature only.
        let name = folder.path().display().to_string();
        params.distinguished_name.push(DnType::CommonName, name);
        let certificate = params.self_signed(&key).unwrap().pem();
        Self {
            issuer: Issuer::new(params, key),
            certificate,
            folder,
        }
    }

    /// A certificate for `name`.
    pub(in crate::http) fn sign(&self, name: &str) -> Pair {
        self.signed(&CertificateParams::new(vec![name.to_owned()]).unwrap())
    }

    /// One that is long over.
    pub(in crate::http) fn sign_expired(&self, name: &str) -> Pair {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2001, 1, 1);
        params.not_after = date_time_ymd(2002, 1, 1);
        self.signed(&params)
    }

    fn signed(&self, params: &CertificateParams) -> Pair {
        let key = KeyPair::generate().unwrap();
        Pair {
            certificate: params.signed_by(&key, &self.issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    /// A file that holds `text`.
    pub(in crate::http) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The settings of a client that believes this authority alone.
    pub(in crate::http) fn believed(&self) -> TlsSettings {
        TlsSettings {
            ca_file: Some(self.file("ca.pem", &self.certificate)),
            ..TlsSettings::default()
        }
    }

    /// The same, of a client that shows `pair`.
    pub(in crate::http) fn believed_by(&self, pair: &Pair) -> TlsSettings {
        TlsSettings {
            certificate_file: Some(self.file("own.pem", &pair.certificate)),
            key_file: Some(self.file("own.key", &pair.key)),
            ..self.believed()
        }
    }

    /// A server that shows `pair` and speaks one of `protocols`; `asks`: for the certificate of its
    /// client, which this authority must have signed.
    pub(in crate::http) fn server(
        &self,
        pair: &Pair,
        protocols: &[&str],
        asks: bool,
    ) -> Arc<ServerConfig> {
        let builder = ServerConfig::builder_with_provider(provider());
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let builder = match asks {
            false => builder.with_no_client_auth(),
            true => {
                let mut roots = RootCertStore::empty();
                roots.add(der(&self.certificate)).unwrap();
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(roots.into(), provider());
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let key = PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap();
        let mut config = builder
            .with_single_cert(vec![der(&pair.certificate)], key)
            .unwrap();
        config.alpn_protocols = protocols
            .iter()
            .map(|one| one.as_bytes().to_vec())
            .collect();
        Arc::new(config)
    }
}

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}
