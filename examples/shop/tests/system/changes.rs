//! Watching stock, as a person with `curl -N` would.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::shop::{Mode, Shop};

#[test]
fn stock_is_watched_until_the_shop_stops() {
    let mut shop = Shop::start(Mode::Composed);
    let url = format!("{}/v1/items/kettle/changes", shop.url());
    let mut curl = Command::new("curl")
        .args(["-sSN", &url])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(curl.stdout.take().unwrap());
    let mut lines = output.lines().map(Result::unwrap);
    let mut free = || {
        let item = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned));
        let stock: serde_json::Value = serde_json::from_str(&item.unwrap()).unwrap();
        stock["free"].as_u64().unwrap()
    };
    let before = free();
    assert_eq!(shop.run_curl(), "201");
    assert!(free() < before);
    shop.signal("INT");
    assert!(shop.wait().success());
    assert!(lines.any(|line| line.starts_with("retry: ")));
    assert!(curl.wait().unwrap().success());
}
