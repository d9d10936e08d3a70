use super::*;
use crate::config::{Cli, Defaults, Inputs};
use crate::http::client::tests::ORDERS;

fn config(text: &str) -> Config {
    let inputs = Inputs::none().file("chassis.toml", text);
    let cli = Cli::parse(inputs.args(), &[]).unwrap();
    Config::load(&inputs, &cli, &Defaults::new("shop")).unwrap()
}

#[test]
fn a_client_has_its_own_over_those_of_all() {
    let config = config(
        "client.total_timeout = '5s'\nclient.max_answer = '1MiB'\n\
         [client.orders]\nurl = 'http://orders:80'\ntotal_timeout = '9s'\n",
    );
    let orders = Settings::read(&config, "orders").unwrap();
    assert_eq!(orders.url.as_deref(), Some("http://orders:80"));
    assert_eq!(orders.total_timeout, Duration::from_secs(9));
    assert_eq!(orders.max_answer, 1 << 20);
    let payments = Settings::read(&config, "payments").unwrap();
    assert_eq!((payments.url, payments.required), (None, false));
    assert_eq!(payments.total_timeout, Duration::from_secs(5));
    assert_eq!(payments.connect_timeout, Duration::from_secs(1));
    config.check().unwrap();
}

#[test]
fn unknown_keys_are_found_in_both_places() {
    for text in [
        "client.conect_timeout = '1s'",
        "client.orders.conect_timeout = '1s'",
    ] {
        let error = Settings::read(&config(text), "orders").unwrap_err();
        let said = error.to_string();
        assert!(said.contains("conect_timeout"), "{said}");
    }
}

fn of(text: &str) -> Result<Settings, Findings> {
    Settings::of(&config(text), &ORDERS)
}

#[test]
fn policies_are_set_for_all_for_one_and_for_a_method() {
    let settings = of("[client.default.retry]\nattempts = 5\nbackoff = '10ms'\n\
         [client.orders.retry]\nbackoff = '20ms'\n\
         [client.orders.breaker]\nenabled = false\n\
         [client.orders.methods.one]\nattempt_timeout = '2s'\nretry.attempts = 2\n")
    .unwrap();
    let stack = settings.stack(&ORDERS);
    let attempts = |method: usize| stack.methods[method].retry.unwrap().attempts;
    assert_eq!((attempts(0), attempts(1), attempts(2)), (2, 5, 5));
    let base = stack.methods[0].retry.unwrap().backoff.base;
    assert_eq!(base, Duration::from_millis(20));
    assert_eq!(stack.methods[0].attempt_timeout, Duration::from_secs(2));
    assert_eq!(stack.methods[1].attempt_timeout, Duration::from_secs(10));
    assert!(stack.breaker.is_none() && stack.bulkhead.is_some());
}

#[test]
fn the_tables_say_what_the_policies_default_to() {
    use crate::policy::{breaker::BreakerSettings, bulkhead::BulkheadSettings};
    let stack = Settings::default().stack(&ORDERS);
    assert_eq!(stack.breaker, Some(BreakerSettings::default()));
    assert_eq!(stack.bulkhead, Some(BulkheadSettings::default()));
    assert_eq!(stack.budget, Default::default());
    assert_eq!(stack.methods[1], Default::default());
    let hedged = of("client.default.hedge.enabled = true").unwrap();
    let hedge = hedged.stack(&ORDERS).methods[0].hedge;
    assert_eq!(hedge, Some(Default::default()));
    assert_eq!(hedged.stack(&ORDERS).methods[1].hedge, None, "a POST");
}

#[test]
fn what_cannot_work_is_found_with_its_key_its_place_and_the_mend() {
    for (text, key, said) in [
        (
            "client.orders.total_timeout = '0s'",
            "client.orders.total_timeout",
            "above 0",
        ),
        (
            "client.attempt_timeout = '1m'",
            "client.attempt_timeout",
            "longer than total_timeout",
        ),
        (
            "client.orders.methods.one.attempt_timeout = '1m'",
            "client.orders.methods.one.attempt_timeout",
            "longer than total_timeout",
        ),
        (
            "client.orders.retry.attempts = 0",
            "client.orders.retry.attempts",
            "1 at least",
        ),
        (
            "client.default.budget.share = 1.2",
            "client.default.budget.share",
            "from 0 to 1",
        ),
        (
            "client.default.budget.ttl = '0s'",
            "client.default.budget.ttl",
            "above 0",
        ),
        (
            "client.orders.budget = { share = 0.0, reserve = 0 }",
            "client.orders.budget.share",
            "retry.enabled = false",
        ),
        (
            "client.orders.breaker.window = '0s'",
            "client.orders.breaker.window",
            "holds no call",
        ),
        (
            "client.orders.breaker.trials = 0",
            "client.orders.breaker.trials",
            "never closes",
        ),
        (
            "client.orders.bulkhead.max_calls = 0",
            "client.orders.bulkhead.max_calls",
            "1 at least",
        ),
        (
            "client.default.hedge = { enabled = true, after = 1.0 }",
            "client.default.hedge.after",
            "below 1",
        ),
        (
            "client.orders.methods.place.retry.attempts = 3",
            "client.orders.methods.place.retry.attempts",
            "could do its work twice",
        ),
        (
            "client.orders.methods.place.hedge.enabled = true",
            "client.orders.methods.place.hedge.enabled",
            "not idempotent",
        ),
        (
            "client.orders.methods.pleace.attempt_timeout = '1s'",
            "client.orders.methods.pleace",
            "no method of this name",
        ),
    ] {
        let findings = of(text).unwrap_err();
        let finding = findings.iter().find(|finding| finding.key() == key);
        let finding = finding.unwrap_or_else(|| panic!("{text}: {findings}"));
        assert!(finding.to_string().contains(said), "{finding}");
        assert!(finding.to_string().contains("chassis.toml"), "{finding}");
    }
}

#[test]
fn the_balance_is_set_for_all_and_for_one() {
    use crate::policy::balance::{BalanceSettings, Rule};
    let orders = of(
        "[client.default.balance]\nrule = 'least-request'\nslow_start = '3s'\n\
         [client.orders.balance]\nrule = 'maglev'\nhash_policy = 'parameter:id'\n\
         [client.orders.ejection]\nlatency_factor = 5\n\
         [registry]\nzone = 'a'\n",
    );
    let orders = orders.unwrap().balance();
    assert_eq!(orders.choice.rule, Rule::Maglev);
    assert_eq!(orders.choice.slow_start, Duration::from_secs(3));
    assert_eq!(orders.key.unwrap().to_string(), "parameter:id");
    assert_eq!(orders.ejection.latency_factor, 5.0);
    assert_eq!(orders.zone.as_deref(), Some("a"));
    let shipped = Settings::default().balance();
    assert_eq!(shipped.choice, BalanceSettings::default());
    assert_eq!(shipped.ejection, Default::default());
}

#[test]
fn a_balance_that_cannot_work_is_found_with_its_key() {
    for (text, key) in [
        ("balance.rule = 'maglev'", "balance.rule"),
        ("balance.hash_policy = 'principal'", "balance.hash_policy"),
        (
            "balance = { rule = 'maglev', hash_policy = 'sku' }",
            "balance.hash_policy",
        ),
        ("ejection.max_ejected = 1.5", "ejection.max_ejected"),
        ("ejection.panic_threshold = -1", "ejection.panic_threshold"),
        ("ejection.eject_for = '0s'", "ejection.eject_for"),
        ("ejection.eject_for = '2m'", "ejection.eject_at_most"),
        ("ejection.interval = '0s'", "ejection.interval"),
        ("ejection.latency_factor = 0.5", "ejection.latency_factor"),
        ("ejection.deviations = -1", "ejection.deviations"),
    ] {
        let findings = of(&format!("client.orders.{text}")).unwrap_err();
        let key = format!("client.orders.{key}");
        assert!(
            findings.iter().any(|finding| finding.key() == key),
            "{text}: {findings}"
        );
    }
}

#[test]
fn zeros_that_let_nothing_through_are_found_where_they_were_written() {
    for key in [
        "connect_timeout",
        "ping_interval",
        "silence_timeout",
        "max_connections",
        "max_answer",
        "max_item",
    ] {
        let zero = match key.starts_with("max") {
            true => "0",
            false => "'0s'",
        };
        for section in ["client", "client.orders"] {
            let said = of(&format!("{section}.{key} = {zero}"))
                .unwrap_err()
                .to_string();
            let expected = format!("{section}.{key}: must be above 0, or");
            assert!(said.contains(&expected), "{said}");
            assert!(said.contains("chassis.toml"), "{said}");
        }
    }
}
