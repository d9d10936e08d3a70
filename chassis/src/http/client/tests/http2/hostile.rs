//! Servers of HTTP/2 that mean harm, frame by frame: each call has its limit, and memory stays bounded.

use super::*;
use crate::http::client::tests::server::Peer;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const END_HEADERS: u8 = 4;
/// `:status: 200`, by its place in HPACK's static table.
const OK: &[u8] = &[0x88];
/// What a connection begins with, before the first frame.
const PREFACE: usize = 24;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut bytes = length[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A header that the other side is to remember, as HPACK writes it.
fn remembered(name: &str, value: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x40, u8::try_from(name.len()).unwrap()];
    bytes.extend(name.as_bytes());
    // A length of seven bits, what is more than that in bytes of seven bits.
    bytes.push(0x7f);
    let mut rest = value.len() - 0x7f;
    while rest >= 0x80 {
        bytes.push((rest % 0x80) as u8 | 0x80);
        rest /= 0x80;
    }
    bytes.push(rest as u8);
    bytes.extend(value);
    bytes
}

/// Waits until the client has sent a request on the first stream.
async fn asked(peer: &mut Peer) {
    peer.head().await;
    peer.send(frame(SETTINGS, 0, 0, &[])).await;
    while !has_request(peer.more().await) {}
}

/// Whether `read` has a frame of HEADERS, or the client has gone.
fn has_request(read: &[u8]) -> bool {
    let mut frames = read.get(PREFACE..).unwrap_or_default();
    while let [a, b, c, kind, ..] = *frames {
        let length = usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c);
        if kind == HEADERS {
            return true;
        }
        frames = frames.get(9 + length..).unwrap_or_default();
    }
    read.is_empty()
}

/// Sends `first` for a request, and then `again` for as long as the client reads.
async fn flooding(first: Vec<u8>, again: Vec<u8>) -> Server {
    Server::start(move |mut peer| {
        let (first, again) = (first.clone(), again.clone());
        async move {
            asked(&mut peer).await;
            peer.send(first).await;
            while !again.is_empty() && peer.send(&again).await {}
            peer.closed().await;
        }
    })
    .await
}

/// How a call to `server` fails: within its limit.
async fn failed(server: &Server) -> CallError {
    let settings = Settings {
        protocol: Protocol::H2,
        attempt_timeout: Some(Duration::from_secs(1)),
        total_timeout: Duration::from_secs(1),
        max_answer: 100_000,
        ..Settings::default()
    };
    let client = Client::of(&[server], settings);
    let (env, error) = (Env::system(), client.call(post("{}")));
    let began = env.now();
    let error = error.await.unwrap_err();
    assert!(env.now() - began < Duration::from_secs(5), "{error}");
    error
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let more = remembered("x-more", &[b'x'; 10_000]);
    let first = frame(HEADERS, 0, 1, OK);
    let server = flooding(first, frame(CONTINUATION, 0, 1, &more)).await;
    assert_eq!(kind(&failed(&server).await), "answer");
    until("closed", || server.open() == 0).await;
}

#[tokio::test]
async fn a_head_that_grows_as_it_is_unpacked_is_refused() {
    // 4 kB that are sent once, and then a byte each for 16,000 more.
    let mut block = OK.to_vec();
    block.extend(remembered("x-bomb", &[b'x'; 3_900]));
    block.extend([0xbe; 12_000]);
    let server = flooding(frame(HEADERS, END_HEADERS, 1, &block), vec![]).await;
    assert_eq!(kind(&failed(&server).await), "answer");
}

#[tokio::test]
async fn frames_that_say_nothing_are_no_answer() {
    let nothing = [
        frame(PING, 0, 0, &[0; 8]),
        frame(SETTINGS, 0, 0, &[]),
        frame(DATA, 0, 1, &[]),
        frame(0xfa, 0, 0, &[0; 100]),
    ];
    for again in nothing {
        let first = frame(HEADERS, END_HEADERS, 1, OK);
        let server = flooding(first, again.repeat(100)).await;
        let error = failed(&server).await;
        assert!(["timeout", "answer"].contains(&kind(&error)), "{error:?}");
    }
}

#[tokio::test]
async fn more_than_the_window_takes_is_refused() {
    let first = frame(HEADERS, END_HEADERS, 1, OK);
    let server = flooding(first, frame(DATA, 0, 1, &[0; 16_384])).await;
    let kind = kind(&failed(&server).await);
    assert!(["answer", "interrupted"].contains(&kind), "{kind}");
}

#[tokio::test]
async fn a_window_that_runs_over_is_refused() {
    let most = (u32::MAX >> 1).to_be_bytes();
    let update = frame(WINDOW_UPDATE, 0, 0, &most);
    let server = flooding(update.repeat(2), vec![]).await;
    assert_eq!(kind(&failed(&server).await), "answer");
}

#[tokio::test]
async fn a_frame_larger_than_is_taken_is_refused() {
    let server = flooding(frame(DATA, 0, 1, &[0; 100_000]), vec![]).await;
    assert_eq!(kind(&failed(&server).await), "answer");
    until("closed", || server.open() == 0).await;
}

#[tokio::test]
async fn streams_that_nobody_opened_are_refused() {
    for (kind_of_frame, payload) in [(HEADERS, OK), (DATA, b"x"), (RST_STREAM, &[0; 4])] {
        let strange = frame(kind_of_frame, END_HEADERS, 7, payload);
        let server = flooding(strange, vec![]).await;
        assert_eq!(kind(&failed(&server).await), "answer");
    }
}
