//! `traces.url`: where spans go.

use crate::config::Url;
use crate::{Error, Result};

/// Where spans go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// Nowhere; the trace context still propagates.
    None,
    /// To a collector by OTLP over HTTP: the whole URL to post to.
    Otlp(String),
}

/// What this build can open, for messages.
const KNOWN: &str = "this build knows `none:` and `otlp+http://HOST:4318`";

impl Target {
    /// Reads the URL.
    ///
    /// # Errors
    ///
    /// When the scheme is not known, or no host is named.
    pub(crate) fn open(url: &Url) -> Result<Self> {
        match url.scheme() {
            "none" => Ok(Self::None),
            "otlp+http" => http(url.rest()),
            "otlp+https" => Err(refused(
                "otlp+https: TLS to the collector is not yet in this version; send to a collector \
                 on this host or in this network by otlp+http",
            )),
            "otlp" => Err(refused(
                "otlp: OTLP over gRPC is not yet in this version; most collectors take OTLP over \
                 HTTP as well, at port 4318",
            )),
            scheme => Err(refused(&format!("{scheme:?} is no scheme for traces"))),
        }
    }
}

fn http(rest: &str) -> Result<Target> {
    const PATH: &str = "/v1/traces";
    let bare = rest.trim_start_matches("//").trim_end_matches('/');
    let bare = bare.strip_suffix(PATH).unwrap_or(bare);
    if bare.is_empty() || bare.starts_with(':') || bare.contains(char::is_whitespace) {
        return Err(refused("otlp+http: no host is named"));
    }
    Ok(Target::Otlp(format!("http://{bare}{PATH}")))
}

fn refused(why: &str) -> Error {
    Error::configuration(format!("traces.url cannot be opened: {why} ({KNOWN})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_protocol_is_added_once() {
        for url in [
            "otlp+http://collector:4318",
            "otlp+http://collector:4318/",
            "otlp+http://collector:4318/v1/traces",
        ] {
            let target = Target::open(&url.parse().unwrap()).unwrap();
            assert_eq!(
                target,
                Target::Otlp("http://collector:4318/v1/traces".into())
            );
        }
        assert_eq!(Target::open(&Url::bare("none")).unwrap(), Target::None);
    }

    #[test]
    fn what_cannot_be_opened_is_told_what_can() {
        for (url, why) in [
            ("otlp://collector:4317", "gRPC is not yet"),
            ("otlp+https://collector", "TLS to the collector is not yet"),
            ("zipkin+http://x", "\"zipkin+http\" is no scheme"),
            ("otlp+http://", "no host"),
            ("otlp+http://:4318", "no host"),
        ] {
            let said = Target::open(&url.parse().unwrap()).unwrap_err();
            assert_eq!(said.exit_code(), 78);
            let said = said.to_string();
            assert!(said.contains(why) && said.contains(KNOWN), "{url}: {said}");
        }
    }
}
