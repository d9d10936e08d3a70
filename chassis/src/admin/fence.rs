//! Who may ask: allow-listed hosts, no other site's pages, and the token where it is needed.

use std::net::IpAddr;

use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::Token;
use crate::ProblemDetails;

/// Nothing may be loaded, framed or sent from what the admin listener answers.
pub(super) const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    ),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    ),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];

/// Why a request is not answered.
pub(super) type Refusal = Box<ProblemDetails>;

/// Decides who may ask.
#[derive(Debug)]
pub(super) struct Fence {
    hosts: Vec<String>,
    token: Option<Token>,
}

impl Fence {
    /// Lets in whoever asks under one of `hosts`, localhost, or a loopback or the own address.
    pub(super) fn new(own: IpAddr, hosts: &[String], token: Option<Token>) -> Self {
        let own = if own.is_unspecified() {
            None
        } else {
            Some(host_of(own))
        };
        let loopback = ["localhost", "127.0.0.1", "[::1]"].map(str::to_owned);
        let hosts = hosts.iter().map(|host| host.to_ascii_lowercase());
        Self {
            hosts: loopback.into_iter().chain(own).chain(hosts).collect(),
            token,
        }
    }

    /// Whether the request may be answered at all.
    pub(super) fn admit(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().filter(|_| hosts.next().is_none());
        if !host.is_some_and(|host| self.knows(host.as_bytes())) {
            return Err(refused(
                "host",
                "the Host header names no host of this listener: ask under localhost, or add the \
                 name to admin.hosts",
            ));
        }
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
        if !matches!(site, None | Some(b"same-origin" | b"none")) {
            return Err(refused(
                "site",
                "pages of other sites may not ask; open the admin page itself",
            ));
        }
        match headers.get(header::ORIGIN).map(HeaderValue::as_bytes) {
            Some(origin) if !self.is_own(origin) => Err(refused(
                "origin",
                "pages of other origins may not ask; open the admin page itself, by a name in \
                     admin.hosts",
            )),
            _ => Ok(()),
        }
    }

    /// Whether there is a token that a request may carry.
    pub(super) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    /// Whether the request carries the token.
    pub(super) fn authorize(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let Some(token) = &self.token else {
            return Err(refused(
                "token-off",
                "actions with a token are off: the token could not be kept in the state folder; \
                 make the folder writable, or set admin.token",
            ));
        };
        let given = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.split_once(' '));
        let bearer = given.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        if bearer.is_some_and(|(_, secret)| token.is(secret.trim())) {
            return Ok(());
        }
        let place = match token.file() {
            Some(file) => format!("it lies in {}", file.display()),
            None => "admin.token sets it".to_owned(),
        };
        let status = StatusCode::UNAUTHORIZED.as_u16();
        let detail = format!("send `Authorization: Bearer` with the token; {place}");
        Err(Box::new(
            ProblemDetails::chassis("unauthorized", status).with_detail(detail),
        ))
    }

    fn knows(&self, host: &[u8]) -> bool {
        let authority = std::str::from_utf8(host)
            .ok()
            .and_then(|host| host.parse::<Authority>().ok());
        authority.is_some_and(|authority| {
            !authority.as_str().contains('@')
                && self
                    .hosts
                    .iter()
                    .any(|known| known.eq_ignore_ascii_case(authority.host()))
        })
    }

    fn is_own(&self, origin: &[u8]) -> bool {
        let host = origin
            .strip_prefix(b"http://")
            .or_else(|| origin.strip_prefix(b"https://"));
        host.is_some_and(|host| self.knows(host))
    }
}

fn host_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}

fn refused(kind: &str, detail: &str) -> Refusal {
    let status = StatusCode::FORBIDDEN.as_u16();
    Box::new(ProblemDetails::chassis(&format!("admin-{kind}"), status).with_detail(detail))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fence() -> Fence {
        let hosts = ["admin.shop.test".to_owned()];
        Fence::new(
            [10, 0, 0, 7].into(),
            &hosts,
            Some(Token::configured("open-sesame")),
        )
    }

    fn ask(headers: &[(&'static str, &'static str)]) -> Result<(), Refusal> {
        fence().admit(&map(headers))
    }

    fn map(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = headers.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        pairs.collect()
    }

    #[test]
    fn only_known_hosts_are_answered() {
        for host in [
            "localhost:9465",
            "127.0.0.1",
            "[::1]:1",
            "10.0.0.7",
            "Admin.Shop.Test:80",
        ] {
            assert!(ask(&[("host", host)]).is_ok(), "{host}");
        }
        for host in [
            "evil.test",
            "localhost.evil.test",
            "x@localhost",
            "",
            "10.0.0.8",
        ] {
            assert!(ask(&[("host", host)]).is_err(), "{host}");
        }
        assert!(ask(&[]).is_err());
    }

    #[test]
    fn pages_of_other_sites_are_not_answered() {
        let own = ("host", "localhost:9465");
        assert!(ask(&[own, ("origin", "http://localhost:9465")]).is_ok());
        assert!(ask(&[own, ("sec-fetch-site", "same-origin")]).is_ok());
        assert!(ask(&[own, ("sec-fetch-site", "none")]).is_ok());
        for site in ["cross-site", "same-site", ""] {
            assert!(ask(&[own, ("sec-fetch-site", site)]).is_err(), "{site}");
        }
        for origin in ["null", "http://evil.test", "file://localhost", ""] {
            assert!(ask(&[own, ("origin", origin)]).is_err(), "{origin}");
        }
    }

    #[test]
    fn the_token_opens_what_it_guards() {
        let authorize = |value| fence().authorize(&map(&[("authorization", value)]));
        assert!(authorize("Bearer open-sesame").is_ok());
        assert!(authorize("bearer open-sesame").is_ok());
        assert_eq!(authorize("Bearer open").unwrap_err().status, 401);
        assert_eq!(authorize("Basic open-sesame").unwrap_err().status, 401);
        assert_eq!(
            fence().authorize(&HeaderMap::new()).unwrap_err().status,
            401
        );
        let off = Fence::new([127, 0, 0, 1].into(), &[], None);
        assert_eq!(
            off.authorize(&map(&[("authorization", "Bearer x")]))
                .unwrap_err()
                .status,
            403
        );
    }
}
