//! `--probe`: asks the running service whether it is ready, for the health check of a container
//! whose image holds this program and nothing else.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use super::print;
use super::settings::ProbeSettings;
use crate::{Error, Result};

/// How long one step may take: connecting, asking, the answer.
const STEP: Duration = Duration::from_secs(1);

/// `HTTP/1.1 200`: what of the answer is looked at.
const STATUS_LINE: usize = 12;

/// Asks once, and says what came of it.
///
/// # Errors
///
/// When the service is not ready, or nobody answers.
pub(super) fn ask(settings: &ProbeSettings) -> Result {
    let address = reachable(settings.listen);
    if address.port() == 0 {
        return Err(Error::configuration(
            "--probe cannot know which port was free: set probe.listen to one of its own",
        ));
    }
    let status = status(address).map_err(|error| {
        let url = format!("http://{address}/readyz");
        Error::unavailable(format!(
            "nothing answers at {url} (probe.listen): {error}; is the service running, with the same settings?"
        ))
    })?;
    if status != "200" {
        let found = format!("the service is not ready: /readyz answers {status}");
        return Err(Error::unavailable(found));
    }
    print::line("ready");
    Ok(())
}

/// The status with which `/readyz` is answered.
fn status(address: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, STEP)?;
    stream.set_read_timeout(Some(STEP))?;
    stream.set_write_timeout(Some(STEP))?;
    let request = format!("GET /readyz HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut line = [0; STATUS_LINE];
    stream.read_exact(&mut line)?;
    let line = String::from_utf8_lossy(&line);
    match line.strip_prefix("HTTP/1.1 ") {
        Some(status) => Ok(status.to_owned()),
        None => Err(io::Error::other("what answers there speaks no HTTP/1.1")),
    }
}

/// Who listens everywhere is asked on loopback.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn an_address_to_ask_is_one_of_this_machine() {
        for (listen, ask) in [
            ("0.0.0.0:9464", "127.0.0.1:9464"),
            ("[::]:9464", "[::1]:9464"),
            ("10.0.0.7:1", "10.0.0.7:1"),
        ] {
            assert_eq!(reachable(listen.parse().unwrap()), ask.parse().unwrap());
        }
    }
    #[test]
    fn who_is_not_ready_is_said_with_the_status() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let listen = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 19];
            stream.read_exact(&mut request).unwrap();
            stream
                .write_all(b"HTTP/1.1 503 Service Unavailable\r\n\r\n")
                .unwrap();
            request
        });
        let error = ask(&ProbeSettings { listen }).unwrap_err();
        assert!(error.to_string().contains("answers 503"), "{error}");
        assert_eq!(error.exit_code(), 69);
        assert_eq!(&server.join().unwrap(), b"GET /readyz HTTP/1.");
    }
}
