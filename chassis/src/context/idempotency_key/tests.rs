use proptest::prelude::*;

use super::*;

#[test]
fn a_quoted_string_is_a_key() {
    let key = IdempotencyKey::parse(b" \"8e03978e-40d5-43dd-bc93-6894a57f9324\" ").expect("valid");
    assert_eq!(key.as_str(), "8e03978e-40d5-43dd-bc93-6894a57f9324");
    assert_eq!(
        IdempotencyKey::parse(br#""a\"b\\c""#)
            .expect("valid")
            .as_str(),
        r#"a"b\c"#
    );
}

#[test]
fn anything_else_is_none() {
    let long = format!("\"{}\"", "k".repeat(IdempotencyKey::MAX + 1));
    for value in [
        "",
        "\"",
        "\"\"",
        "bare",
        "'single'",
        "\"open",
        "\"a\"b\"",
        r#""a\""#,
        r#""a\n""#,
        "\"caf\u{e9}\"",
        "\"a\";p=1",
        "\"tab\t\"",
        &long,
    ] {
        assert_eq!(IdempotencyKey::parse(value.as_bytes()), None, "{value}");
    }
}

proptest! {
    #[test]
    fn every_key_survives_the_wire(text in "[ -~]{1,255}") {
        let key = IdempotencyKey::new(&text).expect("printable");
        prop_assert_eq!(IdempotencyKey::parse(key.to_header().as_bytes()), Some(key));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>) {
        IdempotencyKey::parse(&bytes);
    }
}
