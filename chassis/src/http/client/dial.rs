//! Opening a connection: look the name up, connect, agree on what is spoken.

use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::limit::within;
use super::settings::Protocol;
use super::wire::Io;
use crate::context::{Env, Stream};
use crate::discovery::Address;
use crate::http::tls::{Alpn, ClientTls};

type Source = Box<dyn StdError + Send + Sync>;

/// What is spoken over a new connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Negotiated {
    Http1,
    Http2,
}

/// A new connection.
pub(super) struct Dialled {
    pub(super) io: Io,
    pub(super) negotiated: Negotiated,
    /// What the handshake of TCP took: the way there and back.
    pub(super) round_trip: Duration,
}

/// Connects to one of the addresses behind `address`, until `at`.
pub(super) async fn dial(
    env: &Env,
    address: &Address,
    protocol: Protocol,
    tls: Option<&ClientTls>,
    at: Instant,
) -> Result<Dialled, Source> {
    let began = env.now();
    let addresses = match within(env, at, look_up(env, address)).await {
        Ok(found) => found?,
        Err(_) => return Err(late("the name was not looked up", began, at)),
    };
    let (stream, round_trip) = connect(env, &addresses, at).await?;
    let (io, negotiated) = match tls {
        None => (Io::new(stream), unencrypted(protocol)),
        Some(tls) => {
            let began = env.now();
            match within(env, at, tls.connect(address.host(), stream)).await {
                Ok(connected) => {
                    let (stream, alpn) = connected?;
                    let negotiated = match alpn {
                        Alpn::H2 => Negotiated::Http2,
                        Alpn::Http1 => Negotiated::Http1,
                    };
                    (Io::new(stream), negotiated)
                }
                Err(_) => return Err(late("no TLS handshake", began, at)),
            }
        }
    };
    Ok(Dialled {
        io,
        negotiated,
        round_trip,
    })
}

fn unencrypted(protocol: Protocol) -> Negotiated {
    match protocol {
        Protocol::H2 => Negotiated::Http2,
        Protocol::Auto | Protocol::Http1 => Negotiated::Http1,
    }
}

async fn look_up(env: &Env, address: &Address) -> Result<Vec<SocketAddr>, Source> {
    if let Some(socket) = address.socket() {
        return Ok(vec![socket]);
    }
    let found = env.look_up(address.host(), address.port()).await?;
    match found.is_empty() {
        true => Err("the name has no address".into()),
        false => Ok(found),
    }
}

/// Tries the addresses in turn, from a random one on; each gets its share of the time, so that one
/// that swallows packets does not keep the others from being tried.
async fn connect(
    env: &Env,
    addresses: &[SocketAddr],
    at: Instant,
) -> Result<(Stream, Duration), Source> {
    let first = match addresses.len() {
        1 => 0,
        many => (env.random() % many as u64) as usize,
    };
    let (before, from) = addresses.split_at(first);
    let mut last: Source = "no address was tried".into();
    for (index, &address) in from.iter().chain(before).enumerate() {
        let now = env.now();
        let share = at.saturating_duration_since(now) / (addresses.len() - index) as u32;
        last = match within(env, now + share, env.connect(address)).await {
            Ok(Ok(stream)) => return Ok((stream, env.now().saturating_duration_since(now))),
            Ok(Err(error)) => error.into(),
            Err(_) => late("no connection", now, now + share),
        };
    }
    Err(last)
}

fn late(what: &str, from: Instant, to: Instant) -> Source {
    let limit: Duration = to.saturating_duration_since(from);
    let message = format!("{what} within {limit:?}");
    io::Error::new(io::ErrorKind::TimedOut, message).into()
}
