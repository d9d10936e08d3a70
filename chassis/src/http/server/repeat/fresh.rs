//! [`Fresh`]: answers that callers may keep, `cache = "30s"`: `cache-control` says how long, `etag` by
//! what to ask whether they still hold, and who asks so is answered 304 without a body.

use http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::contract::{Answer, Body, CacheInfo, Reply, Request};
use crate::idempotency::Fingerprint;

/// One method whose answers may be kept.
pub(in crate::http::server) struct Fresh {
    /// `private, max-age=30`.
    control: HeaderValue,
}

impl Fresh {
    pub(in crate::http::server) fn new(info: CacheInfo) -> Self {
        let who = if info.public { "public" } else { "private" };
        let control = format!("{who}, max-age={}", info.fresh.as_secs());
        Self {
            control: HeaderValue::try_from(control).unwrap_or(HeaderValue::from_static("no-cache")),
        }
    }

    pub(super) fn guard(&self, request: &Request<'_>, answer: Answer) -> Answer {
        let Answer::Later(call) = answer else {
            return answer;
        };
        let (control, known) = (self.control.clone(), known(request.headers));
        Answer::Later(Box::pin(async move {
            let reply = call.await;
            match &reply.body {
                Body::Whole(body) if reply.status == StatusCode::OK => {
                    let tag = tag(&reply, body);
                    signed(reply, control, tag, &known)
                }
                _ => reply,
            }
        }))
    }
}

/// `reply` with what a caller needs to keep it; without its body where the caller has it already.
fn signed(reply: Reply, control: HeaderValue, tag: String, known: &[String]) -> Reply {
    let mut reply = match known.iter().any(|one| *one == tag || one == "*") {
        true => Reply::empty(StatusCode::NOT_MODIFIED),
        false => reply,
    };
    reply.headers.push((CACHE_CONTROL, control));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        reply.headers.push((ETAG, tag));
    }
    reply
}

/// A strong validator: of the bytes as they are, so that the same answer has the same one in every
/// instance.
fn tag(reply: &Reply, body: &[u8]) -> String {
    let content_type = reply.content_type.as_ref().map(HeaderValue::as_bytes);
    let print = Fingerprint::EMPTY
        .with(content_type.unwrap_or_default())
        .with(body);
    format!("\"{print}\"")
}

/// The validators that the caller has. Compared weakly, as GET is (RFC 9110, 13.1.2).
fn known(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(IF_NONE_MATCH).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    // Our own tags hold no comma; of others' nothing matches, however it is cut.
    let tags = values.flat_map(|value| value.split(',')).map(str::trim);
    let strong = tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag).to_owned());
    strong.take(MOST).collect()
}

/// How many validators of one request are looked at.
const MOST: usize = 32;
