//! Opening a connection: look the name up, connect, hand the connection to a task.

use std::error::Error as StdError;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpStream, lookup_host};

use super::limit::within;
use crate::context::Env;
use crate::discovery::Address;

/// The sending end of a connection.
pub(super) type Sender = SendRequest<Full<Bytes>>;

type Source = Box<dyn StdError + Send + Sync>;

/// Headers of an answer that are taken, in bytes.
const MAX_HEADERS: usize = 64 << 10;

/// Opens a connection to one of the addresses behind `address`, until `at`.
pub(super) async fn dial(env: &Env, address: &Address, at: Instant) -> Result<Sender, Source> {
    let began = env.now();
    let addresses = match within(env, at, look_up(address)).await {
        Ok(found) => found?,
        Err(_) => return Err(late("the name was not looked up", began, at)),
    };
    let stream = connect(env, &addresses, at).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::Builder::new()
        .max_header_size(MAX_HEADERS)
        .handshake(TokioIo::new(stream))
        .await?;
    drive(connection);
    Ok(sender)
}

async fn look_up(address: &Address) -> Result<Vec<SocketAddr>, Source> {
    if let Some(socket) = address.socket() {
        return Ok(vec![socket]);
    }
    let found: Vec<_> = lookup_host((address.host(), address.port()))
        .await?
        .collect();
    match found.is_empty() {
        true => Err("the name has no address".into()),
        false => Ok(found),
    }
}

/// Tries the addresses in turn, from a random one on; each gets its share of the time, so that one
/// that swallows packets does not keep the others from being tried.
async fn connect(env: &Env, addresses: &[SocketAddr], at: Instant) -> Result<TcpStream, Source> {
    let first = match addresses.len() {
        1 => 0,
        many => (env.random() % many as u64) as usize,
    };
    let (before, from) = addresses.split_at(first);
    let mut last: Source = "no address was tried".into();
    for (index, address) in from.iter().chain(before).enumerate() {
        let now = env.now();
        let share = at.saturating_duration_since(now) / (addresses.len() - index) as u32;
        last = match within(env, now + share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
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

/// Lets a task of its own read and write the connection until it is closed. Errors reach the call
/// that is under way; an idle connection has nobody to tell.
#[expect(
    clippy::disallowed_methods,
    reason = "a connection outlives the call that opened it, so it must not carry its context"
)]
fn drive(connection: http1::Connection<TokioIo<TcpStream>, Full<Bytes>>) {
    drop(tokio::spawn(async move {
        let _closed = connection.await;
    }));
}
