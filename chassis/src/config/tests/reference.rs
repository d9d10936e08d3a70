//! The commented sections that people copy from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Inputs, load, toml};
use crate::config::{HumanDuration, Reference, Secret, Url};

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
# Takes a duration.
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
    assert_eq!(Reference::of::<Http>("http").to_toml(), wanted);
}

#[test]
fn what_is_written_out_can_be_read_again() {
    let text = Reference::of::<Http>("http")
        .to_toml()
        .replace("# registry =", "registry = 'memory:'")
        .replace("# listen", "listen")
        .replace("# idle", "idle")
        .replace("# names", "names");
    let http: Http = load(&toml(&text)).section("http").unwrap();
    assert_eq!((http.listen, http.tls.names.len()), (listen(), 1));
}

/// Who is called.
#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Clients {
    /// How long | at most.
    ///
    /// In all.
    timeout: HumanDuration,
    #[serde(flatten)]
    clients: std::collections::BTreeMap<String, OneClient>,
}

/// What is different for `NAME`.
#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct OneClient {
    /// Where it is.
    url: Option<Url>,
    timeout: Option<HumanDuration>,
}

#[test]
fn tables_of_the_user_s_own_names_are_shown_by_their_own_keys() {
    let wanted = "\
# What is different for `NAME`.
# The keys of [client] may stand here as well.
# [client.NAME]

# Where it is.
# Takes a URL such as \"https://host:8443/path\" or \"memory:\".
# url =
";
    let text = Reference::of::<Clients>("client").to_toml();
    assert!(text.ends_with(wanted), "{text}");
}

#[test]
fn a_table_for_the_book_has_a_row_for_each_key() {
    let wanted = "\
| key | default | |
|---|---|---|
| `client.timeout` | must be set | How long \\| at most.<br>In all. *Takes a duration such as \"250ms\", \"5s\" or \"1m30s\".* |
| `client.NAME.url` | unset | Where it is. *Takes a URL such as \"https://host:8443/path\" or \"memory:\".* |
";
    assert_eq!(Reference::of::<Clients>("client").to_markdown(), wanted);
}

#[test]
fn components_have_their_own_sections_and_share_those_of_all() {
    let config = load(&Inputs::none());
    let orders = config.component("orders");
    let _ = config.section::<Tls>("http");
    let _ = orders.section::<Tls>("http");
    let _ = orders.section::<Tls>("warehouse");
    let _ = orders.section::<Tls>("warehouse");
    let references = config.references(|name| name == "http");
    let names: Vec<&str> = references.iter().map(Reference::name).collect();
    assert_eq!(names, ["http", "orders.warehouse"]);
}
