//! What variables may say: those of the chassis and those of other conventions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{holds, load, one, toml};
use crate::config::{Inputs, ServiceSettings};

#[test]
fn a_variable_finds_names_that_it_cannot_spell() {
    #[derive(Deserialize, JsonSchema)]
    #[serde(rename_all = "kebab-case")]
    struct Client {
        max_idle: u8,
    }
    let inputs = toml("[client.orders-api]\nmax-idle = 1")
        .var("CHASSIS_CLIENT__ORDERS_API__MAX_IDLE", "2")
        .var("CHASSIS_CLIENT__PAY_OUT__MAX_IDLE", "3");
    let config = load(&inputs);
    assert_eq!(
        config
            .section::<Client>("client.orders-api")
            .unwrap()
            .max_idle,
        2
    );
    assert_eq!(
        config.section::<Client>("client.pay-out").unwrap().max_idle,
        3
    );
    config.check().unwrap();
}

#[test]
fn lists_and_tables_can_be_written_in_variables() {
    #[derive(Deserialize, JsonSchema)]
    struct Http {
        proxies: Vec<String>,
    }
    #[derive(Deserialize, JsonSchema)]
    struct Labels {
        ports: Vec<u16>,
        more: BTreeMap<String, u8>,
    }
    let inputs = Inputs::none()
        .var("CHASSIS_HTTP__PROXIES", "10.0.0.1, 10.0.0.2")
        .var("CHASSIS_LABELS__PORTS", "[1, 2]")
        .var("CHASSIS_LABELS__MORE", "{ a = 1 }");
    let config = load(&inputs);
    assert_eq!(
        config.section::<Http>("http").unwrap().proxies,
        ["10.0.0.1", "10.0.0.2"]
    );
    let labels: Labels = config.section("labels").unwrap();
    assert_eq!((labels.ports, labels.more["a"]), (vec![1, 2], 1));
}

#[test]
fn what_kubernetes_invents_is_passed_over() {
    let inputs = Inputs::none()
        .var("CHASSIS_SERVICE_HOST", "10.0.0.1")
        .var("CHASSIS_SERVICE_PORT", "80")
        .var("CHASSIS_SERVICE_PORT_HTTP", "80")
        .var("CHASSIS_PORT", "tcp://10.0.0.1:80")
        .var("CHASSIS_PORT_8080_TCP", "tcp://10.0.0.1:8080")
        .var("CHASSIS_DEMO_PORT_53_UDP_ADDR", "10.0.0.1");
    load(&inputs).check().unwrap();
}

#[test]
fn a_variable_that_names_no_key_is_a_finding() {
    let check = |name: &str| {
        let inputs = toml("registry.url = 'memory:'").var(name, "x");
        let config = load(&inputs);
        config.skip("registry");
        one(&config.check().unwrap_err())
    };
    holds(
        &check("CHASSIS_PROFIL"),
        &["CHASSIS_PROFIL names no key", "mean CHASSIS_PROFILE?"],
    );
    holds(
        &check("CHASSIS_REGISTRY_URL"),
        &["mean CHASSIS_REGISTRY__URL?"],
    );
    holds(&check("CHASSIS_HTTP"), &["names no key"]);
}

#[test]
fn otel_lies_between_files_and_own_variables() {
    #[derive(Deserialize, JsonSchema)]
    struct Traces {
        url: String,
        ratio: f64,
    }
    let inputs = toml("traces.url = 'none:'\ntraces.ratio = 0.5")
        .var("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")
        .var("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
        .var("OTEL_TRACES_SAMPLER_ARG", "0.25");
    let traces: Traces = load(&inputs).section("traces").unwrap();
    assert_eq!(
        (traces.url.as_str(), traces.ratio),
        ("otlp+http://collector:4318", 0.25)
    );
    let keyed = inputs
        .clone()
        .var("OTEL_EXPORTER_OTLP_HEADERS", "key=hunter2");
    let all: crate::telemetry::Settings = crate::telemetry::Settings {
        traces: load(&keyed).section("traces").unwrap(),
        ..Default::default()
    };
    assert_eq!(all.traces.headers.unwrap().expose(), "key=hunter2");
    let odd = load(&inputs.clone().var("OTEL_EXPORTER_OTLP_HEADERS", "hunter2"));
    assert!(!one(odd.notes()).contains("hunter2"));
    let grpc = inputs.clone().var("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    assert_eq!(
        load(&grpc).section::<Traces>("traces").unwrap().url,
        "otlp://collector:4318"
    );
    let inputs = inputs.var("CHASSIS_TRACES__URL", "zipkin+http://z");
    let config = load(&inputs.var("OTEL_TRACES_SAMPLER", "xray"));
    let traces: Traces = config.section("traces").unwrap();
    assert_eq!(
        (traces.url.as_str(), traces.ratio),
        ("zipkin+http://z", 0.5)
    );
    holds(
        &one(config.notes()),
        &["passed over", "variable OTEL_TRACES_SAMPLER", "xray"],
    );
    config.check().unwrap();
}

#[test]
fn resource_attributes_and_log_level_are_taken_over() {
    let inputs = Inputs::none()
        .var("OTEL_RESOURCE_ATTRIBUTES", "service.name=a,team=red%20one")
        .var("RUST_LOG", "info,${x}=debug");
    let service: ServiceSettings = load(&inputs).section("service").unwrap();
    assert_eq!(service.name.as_deref(), Some("a"));
    assert_eq!(service.attributes["team"], "red one");
    let logs: BTreeMap<String, String> = load(&inputs).section("logs").unwrap();
    // Not a reference: other programs read the variable too.
    assert_eq!(logs["level"], "info,${x}=debug");
}
