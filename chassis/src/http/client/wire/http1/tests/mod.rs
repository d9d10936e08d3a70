//! Exchanges over a pipe, byte by byte: what is written, and what is made of what comes.

mod answers;
mod properties;
mod requests;

use bytes::Bytes;
use http::response::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue};
use http_body_util::BodyExt as _;
use std::task::Waker;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use super::*;
use crate::Context;
use crate::context::{Env, Stream, TraceContext, Trust};
use crate::http::client::wire::SendBody;

/// A connection, and its other end.
fn pipe() -> (Kept, DuplexStream) {
    let (ours, theirs) = tokio::io::duplex(1 << 16);
    let io = Io::new(Stream::Other(Box::new(ours)));
    (Kept::new(io), theirs)
}

fn request(method: Method, body: SendBody) -> Wire {
    Wire {
        method,
        target: PathAndQuery::from_static("/v1/orders/42?full=true"),
        headers: HeaderMap::new(),
        body: body.into(),
    }
}

fn get() -> Wire {
    request(Method::GET, SendBody::Whole(Bytes::new()))
}

/// Sends it for a stranger, who is told nothing but the host.
async fn send(kept: &mut Kept, wire: Wire) -> Result<Parts, SendError> {
    send_for(kept, wire, &Context::default(), Trust::Edge).await
}

async fn send_for(
    kept: &mut Kept,
    wire: Wire,
    context: &Context,
    trust: Trust,
) -> Result<Parts, SendError> {
    let now = Env::system().now();
    let host = HeaderValue::from_static("orders:8080");
    let addressed = Addressed {
        host: &host,
        context,
        trace: &TraceContext::default(),
        trust,
        deadline: now + std::time::Duration::from_millis(2_500),
        now,
        attempt: 1,
    };
    kept.send(&wire, &addressed).await
}

/// An answer, and whether its connection can carry another call.
#[derive(Debug, PartialEq)]
struct Taken {
    status: u16,
    body: Vec<u8>,
    is_kept: bool,
}

/// What is made of an answer that comes in these pieces, after which the other side is silent, or
/// closes.
async fn taken(wire: Wire, pieces: &[&[u8]], closes: bool) -> Result<Taken, String> {
    let (mut kept, mut theirs) = pipe();
    let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    let other = async move {
        for piece in pieces {
            theirs.write_all(&piece).await.unwrap();
            tokio::task::yield_now().await;
        }
        if closes {
            theirs.shutdown().await.unwrap();
        }
        theirs
    };
    let ours = async {
        let head = send(&mut kept, wire).await.map_err(said)?;
        let body = (&mut kept).collect().await.map_err(|e| e.to_string())?;
        Ok::<_, String>((head, body.to_bytes()))
    };
    let (answer, _theirs) = tokio::join!(ours, other);
    let (head, body) = answer?;
    Ok(Taken {
        status: head.status.as_u16(),
        body: body.to_vec(),
        is_kept: kept.rest(Waker::noop()),
    })
}

fn said(error: SendError) -> String {
    match error {
        SendError::Unsent(error) => format!("unsent: {error}"),
        SendError::Broken(error) => error.to_string(),
    }
}
