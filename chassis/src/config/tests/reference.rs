//! The commented sections that people copy from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{load, toml};
use crate::config::{HumanDuration, Secret, Url, reference};

/// Where the service listens.
///
/// More about it.
#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Http {
    /// Its address.
    #[serde(default = "listen")]
    listen: String,
    /// How long it waits.
    #[serde(default)]
    idle: HumanDuration,
    /// Who knows.
    token: Option<Secret<String>>,
    /// Where others are.
    registry: Url,
    #[serde(default)]
    tls: Tls,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Tls {
    /// Names on the certificate.
    names: Vec<String>,
}

impl Default for Tls {
    fn default() -> Self {
        Self {
            names: vec!["a".to_owned()],
        }
    }
}

fn listen() -> String {
    "0.0.0.0:8080".to_owned()
}

#[test]
fn every_key_is_written_out_with_its_comment_and_default() {
    let wanted = "\
# Where the service listens.
#
# More about it.
[http]

# How long it waits.
# Takes a duration such as \"250ms\", \"5s\" or \"1m30s\".
# idle = \"0s\"

# Its address.
# Takes text.
# listen = \"0.0.0.0:8080\"

# Where others are.
# Takes a URL such as \"https://host:8443/path\" or \"memory:\". Must be set.
# registry =

# Who knows.
# Takes text.
# token = \"file:/run/secrets/token\"

[http.tls]

# Names on the certificate.
# Takes a list, each entry text.
# names = [\"a\"]
";
    assert_eq!(reference::<Http>("http"), wanted);
}

#[test]
fn what_is_written_out_can_be_read_again() {
    let text = reference::<Http>("http")
        .replace("# registry =", "registry = 'memory:'")
        .replace("# listen", "listen")
        .replace("# idle", "idle")
        .replace("# names", "names");
    let http: Http = load(&toml(&text)).section("http").unwrap();
    assert_eq!((http.listen, http.tls.names.len()), (listen(), 1));
}
