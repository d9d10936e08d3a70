use super::*;
use crate::config::{Cli, Defaults, Inputs};
use crate::policy::bulkhead::BulkheadSettings;

static SHELF: PortInfo = PortInfo {
    name: "stock-shelf",
    doc: "",
    methods: &[
        PortMethod {
            name: "load",
            doc: "",
            idempotent: true,
        },
        PortMethod {
            name: "save",
            doc: "",
            idempotent: false,
        },
    ],
};

fn config(text: &str) -> Config {
    let inputs = Inputs::none().file("chassis.toml", text);
    let cli = Cli::parse(inputs.args(), &[]).unwrap();
    Config::load(&inputs, &cli, &Defaults::new("shop")).unwrap()
}

/// What these settings make of the shelf, and what is said of them.
fn of(text: &str) -> (StackSettings, Vec<String>) {
    let config = config(text);
    let settings: PortSettings = config.section("port").unwrap();
    let findings = settings.findings(&config, &SHELF);
    let said = findings.iter().map(ToString::to_string).collect();
    (settings.stack(&SHELF), said)
}

#[test]
fn the_defaults_refuse_and_cut_nothing_that_goes_well() {
    let (stack, said) = of("");
    assert_eq!(said, [""; 0]);
    assert_eq!(stack, PortSettings::default().stack(&SHELF));
    assert_eq!(stack.bulkhead, None);
    let breaker = stack.breaker.unwrap();
    assert_eq!((breaker.minimum_calls, breaker.failure_rate), (50, 1.0));
    assert!(breaker.slow_after > Duration::from_secs(60));
    for (method, is_repeatable) in stack.methods.iter().zip([true, false]) {
        assert_eq!(method.is_repeatable, is_repeatable);
        assert_eq!(
            (method.attempt_timeout, method.total_timeout),
            (NEVER, NEVER)
        );
    }
}

#[test]
fn one_key_of_a_table_leaves_the_others_at_a_ports_defaults() {
    for table in ["default", "stock-shelf"] {
        let (stack, _) = of(&format!("[port.{table}.breaker]\nminimum_calls = 7\n"));
        let breaker = stack.breaker.unwrap();
        assert_eq!(
            (breaker.minimum_calls, breaker.failure_rate),
            (7, 1.0),
            "{table}"
        );
        assert_eq!(breaker.open_for, Duration::from_secs(1));
        let (stack, _) = of(&format!("[port.{table}.bulkhead]\nmax_calls = 7\n"));
        let expected = BulkheadSettings {
            max_calls: 7,
            ..BulkheadSettings::default()
        };
        assert_eq!(stack.bulkhead, Some(expected), "{table}");
    }
    let off =
        "[port.default.bulkhead]\nmax_calls = 7\n[port.stock-shelf.bulkhead]\nenabled = false\n";
    assert_eq!(of(off).0.bulkhead, None);
}

#[test]
fn a_method_goes_before_its_port_and_that_before_all() {
    let (stack, said) = of("[port]\ntotal_timeout = '9s'\nattempt_timeout = '3s'\n\
         [port.default.retry]\nattempts = 5\n\
         [port.stock-shelf]\ntotal_timeout = '2s'\nretry.backoff = '7ms'\n\
         [port.stock-shelf.methods.load]\nattempt_timeout = '1s'\nretry.attempts = 2\n");
    assert_eq!(said, [""; 0]);
    let [load, save] = &stack.methods[..] else {
        panic!("{stack:?}");
    };
    let second = Duration::from_secs;
    assert_eq!(
        (load.total_timeout, load.attempt_timeout),
        (second(2), second(1))
    );
    assert_eq!(
        (save.total_timeout, save.attempt_timeout),
        (second(2), second(2))
    );
    let (load, save) = (load.retry.unwrap(), save.retry.unwrap());
    assert_eq!((load.attempts, save.attempts), (2, 5));
    assert_eq!(load.backoff.base, Duration::from_millis(7));
}

#[test]
fn what_cannot_work_is_said_with_its_key_and_the_mend() {
    for (text, words) in [
        (
            "port.stock-shelf.total_timeout = '0s'",
            &["port.stock-shelf.total_timeout", "must be above 0"][..],
        ),
        (
            "port.stock-shelf.attempt_timeout = '5s'\nport.total_timeout = '1s'",
            &[
                "port.stock-shelf.attempt_timeout",
                "longer than total_timeout",
            ],
        ),
        (
            "port.default.breaker.failure_rate = 1.5",
            &["port.default.breaker.failure_rate", "at most 1"],
        ),
        (
            "port.stock-shelf.bulkhead.max_calls = 0",
            &[
                "port.stock-shelf.bulkhead.max_calls",
                "no call is ever made",
            ],
        ),
        (
            "port.stock-shelf.methods.save.retry.attempts = 2",
            &[
                "methods.save.retry.attempts",
                "`save` is not idempotent",
                "`#[idempotent]`",
            ],
        ),
        (
            "port.stock-shelf.methods.laod.total_timeout = '1s'",
            &[
                "methods.laod",
                "the port has no method of this name",
                "one of load, save",
            ],
        ),
    ] {
        let said = of(text).1.join("\n");
        for word in words {
            assert!(said.contains(word), "`{word}` is not in: {said}");
        }
        assert!(said.contains("chassis.toml:1"), "{said}");
    }
}

#[test]
fn an_unknown_key_is_found() {
    for (text, key) in [
        ("port.total_timeuot = '1s'", "total_timeuot"),
        ("port.stock-shelf.brekaer.enabled = true", "brekaer"),
    ] {
        let error = config(text).section::<PortSettings>("port").unwrap_err();
        assert!(error.to_string().contains(key), "{error}");
    }
}
