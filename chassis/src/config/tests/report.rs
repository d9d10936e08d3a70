//! What a person reads: every fault at once, in one report.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{holds, load, one, toml};
use crate::config::{ByteSize, Config, Finding, HumanDuration, Inputs, Origin, Secret, Url};

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Http {
    #[schemars(extend("format" = "socket-addr"))]
    listen: SocketAddr,
    #[serde(default)]
    trust: Trust,
    #[serde(default)]
    max_body: ByteSize,
    #[serde(default)]
    idle: HumanDuration,
    port: Option<u16>,
    #[schemars(range(min = 1, max = 100))]
    headers: Option<u32>,
    ratio: Option<f64>,
    gzip: Option<bool>,
    registry: Option<Url>,
    routes: Option<BTreeMap<String, Route>>,
    limits: Option<Limit>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Trust {
    /// Strangers call.
    #[default]
    Edge,
    Mesh,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Route {
    timeout: HumanDuration,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[allow(dead_code)]
enum Limit {
    Fixed { rate: u32 },
    Adaptive { low: u32, high: u32 },
}

#[derive(Debug, Deserialize, JsonSchema)]
#[allow(dead_code)]
struct Warehouse {
    /// The number that the warehouse has in the books.
    number: u32,
    token: Secret<String>,
}

const GOOD: &str = "[http]\nlisten = '127.0.0.1:1'\n";

/// The report on one faulty line under `[http]`.
fn fault(line: &str) -> String {
    let config = load(&toml(&format!("{GOOD}{line}")));
    let error = config.section::<Http>("http").unwrap_err();
    assert_eq!(
        config.check().unwrap_err(),
        error,
        "reported again with the rest"
    );
    one(&error)
}

#[test]
fn an_unknown_key_names_the_nearest() {
    holds(
        &fault("max_bdy = 1"),
        &[
            "http.max_bdy: unknown key",
            "chassis.toml:3:1",
            "`max_body`?",
        ],
    );
    holds(
        &fault("xyz = 1"),
        &["http.xyz: unknown key", "one of gzip, headers", "remove it"],
    );
    let variable = load(&toml(GOOD).var("CHASSIS_HTTP__MAX_BDY", "1"));
    let report = one(&variable.section::<Http>("http").unwrap_err());
    holds(
        &report,
        &[
            "variable CHASSIS_HTTP__MAX_BDY",
            "did you mean CHASSIS_HTTP__MAX_BODY?",
        ],
    );
    let argument = load(&toml(GOOD).arg("--set").arg("http.idel=1s"));
    let report = one(&argument.section::<Http>("http").unwrap_err());
    holds(&report, &["argument --set http.idel", "`idle`?"]);
}

#[test]
fn a_wrong_type_says_what_was_expected() {
    holds(
        &fault("port = '80'"),
        &[
            "a whole number from 0 to 65535",
            "the text \"80\"",
            "quotes: 80",
        ],
    );
    holds(&fault("gzip = 1"), &["true or false", "the whole number 1"]);
    holds(
        &fault("gzip = 'yes'"),
        &["true or false", "the text \"yes\""],
    );
    holds(&fault("ratio = 'x'"), &["a number"]);
    holds(
        &fault("idle = 5"),
        &["a duration such as \"250ms\"", "\"5s\""],
    );
    holds(&fault("idle = '5'"), &["wrong form", "a duration such as"]);
    holds(
        &fault("max_body = 'lots'"),
        &["a size such as", "\"lots\"", "chassis.toml:3:12"],
    );
    holds(&fault("registry = 'memory'"), &["a URL such as"]);
    holds(
        &fault("[http.routes]\na = 1"),
        &["http.routes.a", "a table", "the whole number 1"],
    );
    let whole = load(&toml("http = 5")).section::<Http>("http").unwrap_err();
    holds(&one(&whole), &["http: wrong type", "a table"]);
}

#[test]
fn a_value_out_of_range_says_the_range() {
    holds(
        &fault("port = 70000"),
        &["out of range", "from 0 to 65535", "70000"],
    );
    holds(&fault("headers = 0"), &["out of range", "from 1 to 100"]);
    holds(&fault("max_body = -1"), &["out of range", "a size such as"]);
}

#[test]
fn an_unknown_value_lists_the_known_ones() {
    holds(
        &fault("trust = 'egde'"),
        &["unknown value", "edge", "mesh", "did you mean \"edge\"?"],
    );
    holds(
        &fault("limits = { kind = 'fixd', rate = 1 }"),
        &["http.limits.kind", "fixed or adaptive"],
    );
    holds(
        &fault("limits = { kind = 'fixed', rat = 1 }"),
        &["http.limits.rat", "`rate`?"],
    );
    holds(
        &fault("limits = { rate = 1 }"),
        &["http.limits.kind: missing", "fixed or adaptive"],
    );
    holds(
        &fault("limits = 1"),
        &["http.limits: wrong type", "a table"],
    );
}

#[test]
fn a_missing_key_says_how_to_set_it() {
    let error = load(&toml("[warehouse]\ntoken = 'x'")).section::<Warehouse>("warehouse");
    let report = one(&error.unwrap_err());
    holds(
        &report,
        &[
            "warehouse.number: missing",
            "The number that",
            "CHASSIS_WAREHOUSE__NUMBER",
        ],
    );
    let none = load(&Inputs::none())
        .section::<Warehouse>("warehouse")
        .unwrap_err();
    assert_eq!(none.len(), 2, "{none}");
}

#[test]
fn serde_has_the_last_word_with_its_place() {
    #[derive(Debug, Deserialize, JsonSchema)]
    #[allow(dead_code)]
    struct Names {
        list: Vec<Name>,
    }
    #[derive(Debug, Deserialize, JsonSchema)]
    #[serde(try_from = "String")]
    #[allow(dead_code)]
    struct Name(String);
    impl TryFrom<String> for Name {
        type Error = &'static str;
        fn try_from(text: String) -> Result<Self, Self::Error> {
            if text.starts_with('x') {
                Ok(Self(text))
            } else {
                Err("a name begins with x")
            }
        }
    }
    let config = load(&toml("[names]\nlist = [\n  'xa',\n  'b',\n]"));
    let report = one(&config.section::<Names>("names").unwrap_err());
    holds(
        &report,
        &[
            "names.list[1]: refused",
            "a name begins with x",
            "chassis.toml:4:3",
            "\"b\"",
        ],
    );
}

#[test]
fn sections_that_nobody_reads_are_unknown() {
    let config = load(&toml(&format!(
        "{GOOD}[warehous]\nnumber = 1\n[client.a]\nx = 1"
    )));
    let _: Http = config.section("http").unwrap();
    config.skip("warehouse");
    config.skip("client.b");
    let report = config.check().unwrap_err();
    assert_eq!(report.len(), 2, "{report}");
    holds(
        &report.to_string(),
        &[
            "warehous: unknown section",
            "chassis.toml:3:2",
            "`warehouse`?",
        ],
    );
    holds(
        &report.to_string(),
        &["client.a: unknown section", "chassis.toml:5:9"],
    );
}

#[test]
fn the_same_finding_is_said_once() {
    let config = load(&toml("http.prt = 1"));
    let first = config.section::<Http>("http").unwrap_err();
    assert_eq!(config.section::<Http>("http").unwrap_err(), first);
    assert_eq!(config.check().unwrap_err(), first);
}

/// Many faults in many sources: one report, as a person reads it.
fn faulty() -> Config {
    let text = "\
[http]
lisen = '0.0.0.0:80'
max_body = 'lots'
trust = 'egde'
idle = '${IDLE}'

[warehouse]
token = 5

[warehous]
number = 1
";
    let inputs = toml(text)
        .var("CHASSIS_HTTP__PORT", "http")
        .var("CHASSIS_REGISTRY_URL", "memory:")
        .arg("--set")
        .arg("warehouse.token=hunter2");
    let config = load(&inputs);
    assert!(config.section::<Http>("http").is_err());
    assert!(config.section::<Warehouse>("warehouse").is_err());
    let origin = Origin::Variable("CHASSIS_PROBE__LISTEN".to_owned());
    let port = Finding::new("probe.listen", "the port is taken by http.listen").at(origin);
    config.report(
        port.found("\"0.0.0.0:8080\"")
            .mend("choose another port for one of them"),
    );
    config
}

#[test]
fn all_faults_are_in_one_report() {
    let report = faulty().check().unwrap_err();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/config/tests/report.txt");
    // To accept a change: UPDATE_GOLDEN=1 cargo test.
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, report.to_string()).unwrap();
    }
    assert_eq!(report.to_string(), std::fs::read_to_string(path).unwrap());
    assert_eq!(crate::Error::from(report).exit_code(), 78);
}
