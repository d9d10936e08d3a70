//! [`ClientTls`], by rustls.
//!
//! With `ring`: it compiles in seconds where aws-lc takes minutes and a C compiler's newest ideas.

use std::io;
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};
use tokio_rustls::TlsConnector;

use super::encrypted::Encrypted;
use super::explain::explained;
use super::{Alpn, Fault, Identity, TlsSettings, pem};
use crate::context::Stream;

/// What a client's new connections are encrypted with. A cheap clone.
#[derive(Debug, Clone)]
pub(crate) struct ClientTls {
    config: Arc<ClientConfig>,
    /// In place of the host.
    name: Option<ServerName<'static>>,
}

impl ClientTls {
    /// Reads the files. `protocols` is what may be spoken, the preferred one first.
    ///
    /// # Errors
    ///
    /// What is wrong with the settings, and what to do.
    pub(crate) fn open(settings: &TlsSettings, protocols: &[Alpn]) -> Result<Self, Fault> {
        let name = settings.server_name.as_deref().map(server_name).transpose();
        let name = name.map_err(|problem| Fault::new("server_name", problem))?;
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(|error| Fault::new("", error.to_string()))?
            .with_root_certificates(roots(settings)?);
        let mut config = match settings.identity()? {
            None => builder.with_no_client_auth(),
            Some(identity) => with_identity(builder, &identity)?,
        };
        config.alpn_protocols = protocols.iter().map(|one| one.id().to_vec()).collect();
        Ok(Self {
            config: Arc::new(config),
            name,
        })
    }

    /// Encrypts a connection to `host`, and says what is spoken over it.
    ///
    /// # Errors
    ///
    /// When the other side is not who it should be, or does not speak TLS.
    pub(crate) async fn connect(&self, host: &str, stream: Stream) -> io::Result<(Stream, Alpn)> {
        let name = match &self.name {
            Some(name) => name.clone(),
            None => server_name(host).map_err(io::Error::other)?,
        };
        let shown = name.to_str().into_owned();
        let connector = TlsConnector::from(Arc::clone(&self.config));
        let connected = connector.connect(name, stream).await;
        let stream = connected.map_err(|error| explained(&error, &shown))?;
        let alpn = match stream.get_ref().1.alpn_protocol() {
            Some(b"h2") => Alpn::H2,
            _ => Alpn::Http1,
        };
        let name = shown.into();
        Ok((Stream::Other(Box::new(Encrypted { stream, name })), alpn))
    }
}

impl Alpn {
    pub(super) fn id(self) -> &'static [u8] {
        match self {
            Self::H2 => b"h2",
            Self::Http1 => b"http/1.1",
        }
    }
}

/// Named here, so that no other crate's choice in the same process is in the way.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(bare.to_owned())
        .map_err(|_| format!("`{host}` is neither a host name nor an IP address"))
}

fn roots(settings: &TlsSettings) -> Result<RootCertStore, Fault> {
    let mut roots = RootCertStore::empty();
    let (setting, certificates) = match &settings.ca_file {
        Some(path) => ("ca_file", pem::certificates("ca_file", path)?),
        None => ("", of_the_machine()?),
    };
    let (added, ignored) = roots.add_parsable_certificates(certificates);
    match (added, &settings.ca_file) {
        (0, Some(path)) => Err(Fault::of(
            setting,
            path,
            format!("none of its {ignored} certificates can be used"),
        )),
        (0, None) => Err(no_roots("none that can be used")),
        _ => Ok(roots),
    }
}

fn of_the_machine() -> Result<Vec<CertificateDer<'static>>, Fault> {
    let found = rustls_native_certs::load_native_certs();
    match (found.certs.is_empty(), found.errors.first()) {
        (true, Some(error)) => Err(no_roots(&error.to_string())),
        (true, None) => Err(no_roots("none was found")),
        (false, _) => Ok(found.certs),
    }
}

fn no_roots(why: &str) -> Fault {
    Fault::new(
        "",
        format!(
            "this machine trusts no certificates ({why}); install its `ca-certificates`, point \
             SSL_CERT_FILE at a bundle, or set `tls.ca_file`"
        ),
    )
}

fn with_identity(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    identity: &Identity,
) -> Result<ClientConfig, Fault> {
    let certificates = pem::certificates("certificate_file", &identity.certificate)?;
    let key = pem::key("key_file", &identity.key)?;
    builder
        .with_client_auth_cert(certificates, key)
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => Fault::of(
                "key_file",
                &identity.key,
                format!(
                    "is not the key of the certificate in {}",
                    identity.certificate.display()
                ),
            ),
            error => Fault::of("certificate_file", &identity.certificate, error),
        })
}
