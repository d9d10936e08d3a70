//! A contract as data: what the server routes by.

use std::time::Duration;

use chassis::contract::{Cancel, Contract, MethodInfo, ParamPlace};
use http::Method;

use super::Inventory;

fn method(name: &str) -> &'static MethodInfo {
    let mut methods = <dyn Inventory>::info().methods.iter();
    methods.find(|method| method.name == name).unwrap()
}

#[test]
fn the_contract() {
    let info = <dyn Inventory>::info();
    assert_eq!((info.name, info.version), ("inventory", "1"));
    assert_eq!(info.doc, "What the warehouse offers.");
    let names: Vec<_> = info.methods.iter().map(|method| method.name).collect();
    assert_eq!(names, ["stock", "list", "reserve", "set", "label", "note"]);
}

#[test]
fn routes_lie_under_the_version() {
    let stock = method("stock");
    assert_eq!((&stock.verb, stock.path), (&Method::GET, "/v1/items/{sku}"));
    assert_eq!((stock.doc, stock.success), ("Stock of one item.", 200));
    assert_eq!(method("reserve").success, 201);
    assert_eq!(method("set").success, 204);
}

#[test]
fn each_method_says_where_it_stands() {
    let line = |name| {
        let (file, line) = method(name).source.rsplit_once(':').unwrap();
        assert!(file.ends_with("tests/it/contract/mod.rs"), "{file}");
        line.parse::<u32>().unwrap()
    };
    assert!(line("stock") < line("list") && line("list") < line("label"));
}

#[test]
fn options() {
    let stock = method("stock");
    assert_eq!(stock.timeout, Some(Duration::from_millis(250)));
    assert_eq!((stock.since, stock.deprecated), (Some("1.2"), false));
    assert!(method("label").deprecated);
    assert_eq!(method("reserve").max_body, Some(4096));
    assert_eq!(stock.cancel, Cancel::Always);
    assert_eq!(method("reserve").cancel, Cancel::Never);
    assert_eq!(method("set").cancel, Cancel::Always);
}

#[test]
fn parameters() {
    let params: Vec<_> = method("list")
        .params
        .iter()
        .map(|param| (param.name, param.place, param.required))
        .collect();
    let expected = [
        ("limit", ParamPlace::Query, false),
        ("order", ParamPlace::Query, true),
        ("page-token", ParamPlace::Query, false),
        ("x-tenant", ParamPlace::Header, false),
    ];
    assert_eq!(params, expected);
    assert!(method("reserve").has_body() && !method("stock").has_body());
    assert!(method("label").bytes && method("label").answer.is_none());
}
