//! [`Address`]: `host:port` of one instance.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Where an instance listens: a name or an IP address, and a port.
///
/// Names are looked up when a connection is opened, so a record that changes is noticed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address {
    host: String,
    port: u16,
}

/// A text that is no [`Address`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address: expected host:port, such as 10.0.0.7:8080 or [::1]:8080")]
pub struct AddressError {
    text: String,
}

impl Address {
    /// The name or the IP address, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The socket address, when the host is an IP address.
    pub fn socket(&self) -> Option<SocketAddr> {
        let ip: IpAddr = self.host.parse().ok()?;
        Some(SocketAddr::new(ip, self.port))
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let error = || AddressError {
            text: text.to_owned(),
        };
        let (host, port) = text.rsplit_once(':').ok_or_else(error)?;
        let port = match port.parse() {
            Ok(port) if port != 0 => port,
            _ => return Err(error()),
        };
        let host = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            Some(six) if six.parse::<std::net::Ipv6Addr>().is_ok() => six,
            None if is_host(host) => host,
            _ => return Err(error()),
        };
        Ok(Self {
            host: host.to_owned(),
            port,
        })
    }
}

/// What may stand in a `Host` header without brackets: no space, no second colon, no `@` or `/`.
fn is_host(host: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    (1..=253).contains(&host.len()) && host.bytes().all(allowed)
}

impl From<SocketAddr> for Address {
    fn from(address: SocketAddr) -> Self {
        Self {
            host: address.ip().to_string(),
            port: address.port(),
        }
    }
}

impl TryFrom<String> for Address {
    type Error = AddressError;

    fn try_from(text: String) -> Result<Self, AddressError> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for text in [
            "10.0.0.7:8080",
            "orders:80",
            "[::1]:9000",
            "a.b-c_d.svc:65535",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        let six: Address = "[::1]:9000".parse().unwrap();
        assert_eq!(six.socket(), Some("[::1]:9000".parse().unwrap()));
    }

    #[test]
    fn refuses_what_is_no_host_and_port() {
        for text in [
            "",
            "orders",
            "orders:",
            "orders:0",
            "orders:99999",
            ":80",
            "::1:80",
            "[x]:80",
            "a b:80",
            "u@h:80",
            "http://h:80",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
    }
}
