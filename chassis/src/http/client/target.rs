//! [`Target`]: what the URL of a client says.

use std::fmt;

use http::Uri;

use super::Settings;
use crate::discovery::{self, Address, Instance, Registry, Watch};
use crate::http::tls::ClientTls;
use crate::{Error, Result};

/// What `client.NAME.url` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `local:`: the implementation in this process.
    Local {
        /// `local:?encode=json`: every call goes through the wire format, as it would remotely.
        encode: bool,
    },
    /// `registry:NAME`: the instances that the registry knows under this name.
    Registry(String),
    /// `http://HOST:PORT/PREFIX`, `https://HOST:PORT/PREFIX` and `static:HOST:PORT,HOST:PORT`: written
    /// down.
    Written {
        /// The instances.
        instances: Vec<Instance>,
        /// What stands before every path: empty, or `/api` without a slash at the end.
        prefix: String,
        /// Whether it is spoken to by TLS.
        is_encrypted: bool,
    },
}

/// Where the instances of a remote service come from.
#[derive(Debug, Clone)]
pub struct Remote {
    pub(super) watch: Watch,
    /// The instances of the caller's own service.
    pub(super) peers: Option<Watch>,
    /// What stands before every path: empty, or `/api` without a slash at the end.
    pub(super) prefix: String,
    /// What connections are encrypted with.
    pub(super) tls: Option<ClientTls>,
    /// Where the instances come from, for messages.
    pub(super) origin: String,
    /// `server.address` of metrics and spans: the one address where there is only one, else the
    /// service's name, because instances come and go.
    pub(super) address: String,
}

impl Remote {
    /// The instances of a watch; `origin` says where they come from: `registry memory:`.
    pub fn new(watch: Watch, origin: impl Into<String>) -> Self {
        Self {
            address: watch.service().to_owned(),
            watch,
            peers: None,
            prefix: String::new(),
            tls: None,
            origin: origin.into(),
        }
    }

    /// With what is known of the caller's own service: how many callers there are in each zone.
    #[must_use]
    pub fn with_peers(self, peers: Watch) -> Self {
        Self {
            peers: Some(peers),
            ..self
        }
    }

    /// The instances.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Where the instances come from, for messages.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The one server at `address`, by a URL.
    pub(super) fn of(address: &str, watch: Watch) -> Self {
        Self {
            address: address.to_owned(),
            ..Self::new(watch, format!("the URL of {address}"))
        }
    }

    /// The same, its connections encrypted.
    pub(crate) fn with_tls(self, tls: ClientTls) -> Self {
        let tls = Some(tls);
        Self { tls, ..self }
    }

    fn written(name: &str, instances: Vec<Instance>, prefix: String) -> Self {
        let address = match &instances[..] {
            [one] => one.address.to_string(),
            _ => name.to_owned(),
        };
        Self {
            watch: Watch::fixed(name, instances),
            peers: None,
            prefix,
            tls: None,
            origin: format!("client.{name}.url"),
            address,
        }
    }
}

impl Target {
    /// Reads the URL of the client called `name`.
    ///
    /// # Errors
    ///
    /// When the scheme is unknown or not yet possible, or what follows it is malformed; the message
    /// names the key.
    pub fn parse(name: &str, url: &str) -> Result<Self> {
        let wrong = |what: String| Error::configuration(format!("client.{name}.url: {what}"));
        let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
        match (scheme, rest) {
            ("local", "") => Ok(Self::Local { encode: false }),
            ("local", "?encode=json") => Ok(Self::Local { encode: true }),
            ("registry", service) if discovery::is_service_name(service) => {
                Ok(Self::Registry(service.to_owned()))
            }
            ("registry", service) => Err(wrong(format!(
                "`{service}` is no service name: expected letters, digits, `.`, `_` and `-`"
            ))),
            ("static", addresses) => Ok(Self::Written {
                instances: discovery::written_instances(name, addresses)
                    .map_err(|error| wrong(error.to_string()))?,
                prefix: String::new(),
                is_encrypted: false,
            }),
            ("http" | "https", _) => http(name, url, scheme == "https").map_err(wrong),
            _ => Err(wrong(format!(
                "unknown scheme `{scheme}:`; this build knows local:, registry:NAME, \
                 http://HOST:PORT/PREFIX, https://HOST:PORT/PREFIX and static:HOST:PORT,HOST:PORT"
            ))),
        }
    }

    /// Whether connections are to be encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(
            self,
            Self::Written {
                is_encrypted: true,
                ..
            }
        )
    }

    /// Where the instances come from; `None` when the service is in this process.
    pub fn remote(self, name: &str, registry: &dyn Registry) -> Option<Remote> {
        match self {
            Self::Local { .. } => None,
            Self::Registry(service) => Some(Remote::new(
                registry.watch(&service),
                format!("`{service}` in registry {}", registry.location()),
            )),
            Self::Written {
                instances, prefix, ..
            } => Some(Remote::written(name, instances, prefix)),
        }
    }
}

/// As it is written in the configuration.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local { encode: false } => f.write_str("local:"),
            Self::Local { encode: true } => f.write_str("local:?encode=json"),
            Self::Registry(service) => write!(f, "registry:{service}"),
            Self::Written {
                instances,
                prefix,
                is_encrypted,
            } => match &instances[..] {
                [one] => {
                    let scheme = if *is_encrypted { "https" } else { "http" };
                    write!(f, "{scheme}://{}{prefix}", one.address)
                }
                many => {
                    let all: Vec<String> = many.iter().map(|i| i.address.to_string()).collect();
                    write!(f, "static:{}", all.join(","))
                }
            },
        }
    }
}

/// What the connections of the client called `name` are encrypted with. An error begins with the key
/// that is wrong.
pub(crate) fn open_tls(name: &str, settings: &Settings) -> Result<ClientTls, String> {
    ClientTls::open(&settings.tls, settings.protocol.alpn()).map_err(|fault| {
        let key = match fault.setting {
            "" => format!("client.{name}.url"),
            setting => format!("client.{name}.tls.{setting}"),
        };
        format!("{key}: {}", fault.problem)
    })
}

/// Reads `http://HOST[:PORT][/PREFIX]`, or `https:`.
fn http(name: &str, url: &str, is_encrypted: bool) -> Result<Target, String> {
    let uri: Uri = url
        .parse()
        .map_err(|error| format!("not a URL ({error}); expected http://HOST:PORT/PREFIX"))?;
    let authority = uri.authority().ok_or("it names no host")?;
    if authority.as_str().contains('@') {
        return Err(
            "user and password have no place in it, they would stand in logs; remove them"
                .to_owned(),
        );
    }
    if uri.query().is_some() {
        return Err("a query has no place in it; remove it, each call has its own".to_owned());
    }
    let host = authority.host();
    let default = if is_encrypted { 443 } else { 80 };
    let port = match authority.as_str()[host.len()..].strip_prefix(':') {
        None | Some("") => default,
        Some(port) => port
            .parse()
            .map_err(|_| format!("`{port}` is no port: expected a number up to 65535"))?,
    };
    let address: Address = format!("{host}:{port}")
        .parse()
        .map_err(|error: discovery::AddressError| error.to_string())?;
    Ok(Target::Written {
        instances: vec![Instance::new(name, address.to_string(), address)],
        prefix: uri.path().trim_end_matches('/').to_owned(),
        is_encrypted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(url: &str) -> (Vec<String>, String) {
        match Target::parse("orders", url).unwrap() {
            Target::Written {
                instances, prefix, ..
            } => {
                let addresses = instances.iter().map(|one| one.address.to_string());
                (addresses.collect(), prefix)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn reads_every_form() {
        let local = |encode| Target::Local { encode };
        assert_eq!(Target::parse("orders", "local:").unwrap(), local(false));
        let encoded = Target::parse("orders", "local:?encode=json").unwrap();
        assert_eq!(encoded, local(true));
        let named = Target::parse("orders", "registry:warehouse").unwrap();
        assert_eq!(named, Target::Registry("warehouse".into()));
        assert_eq!(
            written("http://10.0.0.7:8080"),
            (vec!["10.0.0.7:8080".into()], String::new())
        );
        assert_eq!(
            written("http://[::1]/api/"),
            (vec!["[::1]:80".into()], "/api".into())
        );
        assert_eq!(
            written("https://pay.example/v1"),
            (vec!["pay.example:443".into()], "/v1".into())
        );
        let whole = "https://pay.example:8443/v1";
        let parsed = Target::parse("orders", whole).unwrap();
        assert_eq!(parsed.to_string(), whole);
        assert!(parsed.is_encrypted());
        let two = vec!["a:1".to_owned(), "b:2".to_owned()];
        assert_eq!(written("static:b:2, a:1"), (two, String::new()));
    }

    #[test]
    fn says_what_is_wrong_with_the_others() {
        let error = |url| Target::parse("orders", url).unwrap_err().to_string();
        assert!(error("ftp://orders").contains("unknown scheme `ftp:`; this build knows local:"));
        assert!(error("orders").contains("unknown scheme `orders:`"));
        assert!(error("registry:").contains("is no service name"));
        assert!(error("registry:a/b").contains("`a/b` is no service name"));
        assert!(error("static:a").contains("`a` is no address"));
        assert!(error("http://u:p@h/").contains("user and password"));
        assert!(!error("http://u:p@h/").contains("u:p"));
        assert!(error("http://h:http/").contains("`http` is no port"));
        assert!(error("http://h/?a=b").contains("a query"));
        assert!(error("local:x").contains("unknown scheme `local:`"));
    }
}
