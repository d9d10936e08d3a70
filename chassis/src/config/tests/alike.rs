//! Sections of many alike, such as `[client.NAME]`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{holds, load, one, toml};
use crate::config::Config;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Client {
    url: String,
    tries: u8,
    tls: Tls,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Tls {
    verify: bool,
}

#[test]
fn what_stands_plainly_holds_for_all_alike_sections() {
    let text = "
[client]
tries = 3
tls.verify = true
[client.orders]
url = 'a'
[client.stock]
tries = 5
[shop.client]
tries = 7
";
    let config = load(&toml(text));
    let client = |config: &Config, name: &str| {
        let client: Client = config.named_section("client", name).unwrap();
        (client.url, client.tries, client.tls.verify)
    };
    assert_eq!(client(&config, "orders"), ("a".to_owned(), 3, true));
    assert_eq!(client(&config, "stock"), (String::new(), 5, true));
    assert_eq!(client(&config, "unheard-of"), (String::new(), 3, true));
    assert_eq!(client(&config.component("shop"), "orders").1, 7);
    config.check().unwrap();
}

#[test]
fn alike_sections_have_their_unknown_keys_and_names_found() {
    let config = load(&toml("[client]\ntris = 3\n[client.ordrs]\nurl = 'a'"));
    let error = config
        .named_section::<Client>("client", "orders")
        .unwrap_err();
    holds(&one(&error), &["client.tris: unknown key", "`tries`?"]);
    let report = config.check().unwrap_err();
    assert_eq!(report.len(), 2, "{report}");
    holds(
        &report.to_string(),
        &["client.ordrs: unknown section", "`orders`?"],
    );
}
