//! Opening listeners, with the mend in the message when that fails.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use socket2::{Domain, Protocol, Socket, Type};

use crate::{Error, Result};

/// Connections that may wait in the kernel's queue. The kernel's own bound
/// (`net.core.somaxconn`) holds as well.
const BACKLOG: i32 = 4096;

/// Listens on `address`, which the configuration names under `key`.
///
/// # Errors
///
/// When the address is taken, belongs to another machine or needs a privilege: exit code 69, with
/// the key to change.
pub(crate) fn listen(key: &str, address: SocketAddr) -> Result<TcpListener> {
    open(address).map_err(|error| refused(key, address, &error))
}

/// Whether somebody else has the port.
pub(crate) fn is_taken(address: SocketAddr) -> bool {
    let taken = |error: io::Error| error.kind() == io::ErrorKind::AddrInUse;
    address.port() != 0 && open(address).is_err_and(taken)
}

/// Whether `address` could be listened on now. Nothing listens in between: nobody is kept waiting.
///
/// # Errors
///
/// Why not.
pub(crate) fn try_bind(address: SocketAddr) -> io::Result<()> {
    bound(address).map(drop)
}

fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = bound(address)?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

fn bound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    // A port whose last connections are still fading away may be taken again at once. Not
    // SO_REUSEPORT: two programs on one port by mistake must not share it silently.
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// The error of a listener that cannot be opened.
pub(super) fn refused(key: &str, address: SocketAddr, error: &io::Error) -> Error {
    let variable = format!("CHASSIS_{}", key.replace('.', "__").to_uppercase());
    let on = |port| SocketAddr::new(address.ip(), port);
    let port = address.port();
    let why = match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "another program listens there (`ss -ltnp 'sport = :{port}'` names it); stop it, or \
             set {key} to another port ({variable}={}; port 0 takes any free one)",
            on(0)
        ),
        io::ErrorKind::AddrNotAvailable => format!(
            "this machine has no such address; set {key} to one that it has, or to {all} for all \
             of them ({variable}={all})",
            all = everywhere(address)
        ),
        io::ErrorKind::PermissionDenied => format!(
            "this user may not, as ports below 1024 need a privilege; set {key} to a higher one \
             ({variable}={})",
            on(8080)
        ),
        _ => format!("{error}; set {key} to another address ({variable}=HOST:PORT)"),
    };
    Error::unavailable(format!(
        "cannot listen on {address}, which {key} names: {why}"
    ))
}

/// The same port on all addresses of the machine.
fn everywhere(address: SocketAddr) -> SocketAddr {
    let port = address.port();
    match address {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, port).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, port).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_said_with_the_key_and_the_variable() {
        let taken = listen("probe.listen", ([127, 0, 0, 1], 0).into()).unwrap();
        let address = taken.local_addr().unwrap();
        assert!(is_taken(address));
        let error = listen("probe.listen", address).unwrap_err();
        assert_eq!(error.exit_code(), 69);
        let text = error.to_string();
        for word in [
            "which probe.listen names",
            "CHASSIS_PROBE__LISTEN=127.0.0.1:0",
            &format!("sport = :{}", address.port()),
        ] {
            assert!(text.contains(word), "`{word}` is not in: {text}");
        }
    }

    #[test]
    fn a_foreign_address_is_said_so() {
        // Both are for documentation (RFC 5737, RFC 3849): no machine has them.
        for (address, all) in [
            ("192.0.2.1:8080", "CHASSIS_HTTP__LISTEN=0.0.0.0:8080"),
            ("[2001:db8::1]:8080", "CHASSIS_HTTP__LISTEN=[::]:8080"),
        ] {
            let error = io::Error::from(io::ErrorKind::AddrNotAvailable);
            let text = refused("http.listen", address.parse().unwrap(), &error).to_string();
            assert!(
                text.contains("no such address") && text.contains(all),
                "{text}"
            );
        }
        let error = listen("http.listen", ([192, 0, 2, 1], 8080).into()).unwrap_err();
        assert_eq!(error.exit_code(), 69);
        assert!(error.to_string().contains("no such address"), "{error}");
    }
}
