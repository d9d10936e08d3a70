//! Opening listeners, with the mend in the message when that fails.

use std::io;
use std::net::{SocketAddr, TcpListener};

use crate::{Error, Result};

/// Opens `address`, which the configuration names under `key`.
///
/// # Errors
///
/// When the address is taken, belongs to another machine or needs a privilege: exit code 69, with
/// the key to change.
pub(super) fn bind(key: &str, address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .and_then(|listener| listener.set_nonblocking(true).map(|()| listener))
        .map_err(|error| refused(key, address, &error))
}

/// Whether `error` of [`bind`]'s kind means that somebody else has the port.
pub(super) fn is_taken(address: SocketAddr) -> bool {
    address.port() != 0
        && TcpListener::bind(address).is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

/// The error of a listener that cannot be opened.
fn refused(key: &str, address: SocketAddr, error: &io::Error) -> Error {
    let variable = format!("CHASSIS_{}", key.replace('.', "__").to_uppercase());
    let host = address.ip();
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "another process listens there; stop it, or choose another port \
             ({variable}={}; port 0 takes any free one)",
            SocketAddr::new(host, 0)
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "this machine has no such address; set {key} to one that it has, 0.0.0.0 for all \
             ({variable}=0.0.0.0:{})",
            address.port()
        ),
        io::ErrorKind::PermissionDenied => format!(
            "ports below 1024 need a privilege; set {key} to a higher one \
             ({variable}={host}:8080)"
        ),
        _ => format!("{error}; set {key} to another address ({variable}=HOST:PORT)"),
    };
    Error::unavailable(format!(
        "cannot listen on {address}, which {key} names: {why}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_said_with_the_key_and_the_variable() {
        let taken = bind("probe.listen", ([127, 0, 0, 1], 0).into()).unwrap();
        let address = taken.local_addr().unwrap();
        assert!(is_taken(address));
        let error = bind("probe.listen", address).unwrap_err();
        assert_eq!(error.exit_code(), 69);
        let text = error.to_string();
        assert!(text.contains("which probe.listen names"), "{text}");
        assert!(text.contains("CHASSIS_PROBE__LISTEN=127.0.0.1:0"), "{text}");
    }

    #[test]
    fn a_foreign_address_is_said_so() {
        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
        let error = bind("http.listen", ([192, 0, 2, 1], 8080).into()).unwrap_err();
        assert_eq!(error.exit_code(), 69);
        assert!(error.to_string().contains("no such address"), "{error}");
    }
}
