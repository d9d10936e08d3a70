//! Which redirects are followed, and what is sent along.

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION,
    PROXY_AUTHORIZATION,
};
use http::{HeaderMap, Method, StatusCode};
use reqwest::Url;

use super::client::Client;
use super::request::Draft;
use super::response::Response;
use crate::CallError;
use crate::http::client::wire::SendBody;

/// What an answer asks for.
pub(super) enum Followed {
    /// Nothing: it is the answer.
    Answer,
    /// That the request, changed so, is sent again.
    Again,
}

/// Changes `draft` to what `response` redirects to.
pub(super) fn follow(
    client: &Client,
    response: &Response,
    draft: &mut Draft,
) -> Result<Followed, CallError> {
    let Some(to) = location(response, &draft.url) else {
        return Ok(Followed::Answer);
    };
    let keeps_body = matches!(
        response.status(),
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
    );
    let becomes_get = !keeps_body && !matches!(draft.method, Method::GET | Method::HEAD);
    if !becomes_get && draft.is_stream {
        // It was sent, and there is no second one.
        return Ok(Followed::Answer);
    }
    let to = allowed(client, &draft.url, to)?;
    if becomes_get {
        draft.method = Method::GET;
        draft.body = SendBody::Whole(Bytes::new());
        draft.is_stream = false;
        for header in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
            draft.headers.remove(header);
        }
    }
    if to.origin() != draft.url.origin() {
        drop_secrets(&mut draft.headers);
    }
    draft.url = to;
    Ok(Followed::Again)
}

/// Where it leads, if it is a redirect that says so.
fn location(response: &Response, from: &Url) -> Option<Url> {
    let is_redirect = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| is_redirect)?;
    from.join(location.to_str().ok()?).ok()
}

/// Only to where HTTP is spoken, and never from TLS to a wire that everybody reads.
fn allowed(client: &Client, from: &Url, mut to: Url) -> Result<Url, CallError> {
    let origin = to.origin().ascii_serialization();
    let refused = |why: &str| CallError::Answer {
        service: client.name().to_owned(),
        reason: format!(
            "{} redirects to {origin}, {why}",
            from.host_str().unwrap_or_default()
        ),
    };
    match (from.scheme(), to.scheme()) {
        ("https", "http") => return Err(refused("which is not encrypted")),
        (_, "http" | "https") => {}
        _ => return Err(refused("which is neither http:// nor https://")),
    }
    // Words of a server are no credentials of ours.
    if to.set_username("").is_err() || to.set_password(None).is_err() {
        return Err(refused("which names no host"));
    }
    Ok(to)
}

/// What is meant for one server is not for another.
fn drop_secrets(headers: &mut HeaderMap) {
    for name in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION] {
        headers.remove(name);
    }
    let secret = headers.iter().filter(|(_, value)| value.is_sensitive());
    let secret: Vec<_> = secret.map(|(name, _)| name.clone()).collect();
    for name in secret {
        headers.remove(name);
    }
}
