use proptest::prelude::*;

use super::*;

fn parse(values: &[&str]) -> (Baggage, bool) {
    let values: Vec<_> = values.iter().map(|value| value.as_bytes()).collect();
    Baggage::parse(&values)
}

fn pairs(baggage: &Baggage) -> Vec<(String, String)> {
    let members = baggage.members();
    members
        .map(|member| (member.key.to_owned(), member.value.into_owned()))
        .collect()
}

#[test]
fn members_have_names_decoded_values_and_properties() {
    let (baggage, faults) = parse(&["user = al%20ice ;ttl=5; secret , node=a=b==,empty="]);
    assert!(!faults);
    let members: Vec<_> = baggage.members().collect();
    assert_eq!(members[0].key, "user");
    assert_eq!(members[0].value, "al ice");
    assert_eq!(members[0].properties, "ttl=5; secret");
    assert_eq!(baggage.get("node").as_deref(), Some("a=b=="));
    assert_eq!(baggage.get("empty").as_deref(), Some(""));
    assert_eq!(baggage.get("none"), None);
}

#[test]
fn several_headers_are_one_list() {
    let (baggage, faults) = parse(&["a=1", "", "b=2 , c=3"]);
    assert!(!faults);
    assert_eq!(baggage.as_header(), "a=1,b=2,c=3");
}

#[test]
fn a_malformed_member_is_left_out_and_told() {
    for member in [
        "novalue",
        "=1",
        "k e=1",
        "k=a b",
        "k=\"1\"",
        "k=a\\b",
        "k=1;",
        "k=1;=x",
        "k=1;p=\"q\"",
        "k=\u{e9}",
        "k\u{e9}=1",
    ] {
        let (baggage, faults) = parse(&[&format!("first=1,{member},last=2")]);
        assert!(faults, "{member}");
        assert_eq!(baggage.as_header(), "first=1,last=2", "{member}");
    }
}

#[test]
fn what_is_no_utf8_is_replaced() {
    let (baggage, faults) = parse(&["k=%FFok%", "caf%C3%A9=1"]);
    assert!(!faults);
    assert_eq!(baggage.get("k").as_deref(), Some("\u{fffd}ok%"));
    assert_eq!(
        baggage.get("caf%C3%A9").as_deref(),
        Some("1"),
        "keys are not decoded"
    );
}

#[test]
fn sixty_four_members_pass() {
    let list = |count: usize| -> Vec<String> { (0..count).map(|n| format!("k{n}=v")).collect() };
    let (baggage, faults) = parse(&[&list(64).join(",")]);
    assert_eq!((baggage.members().count(), faults), (64, false));
    let (baggage, faults) = parse(&[&list(65).join(",")]);
    assert_eq!((baggage.members().count(), faults), (64, true));
}

#[test]
fn eight_thousand_bytes_pass() {
    let fill = format!("k={}", "v".repeat(Baggage::BYTES - 2));
    let (baggage, faults) = parse(&[&fill]);
    assert_eq!((baggage.as_header().len(), faults), (Baggage::BYTES, false));
    let (baggage, faults) = parse(&[&format!("a=1,{fill}")]);
    assert_eq!(
        (baggage.as_header(), faults),
        ("a=1", true),
        "whole members are left out"
    );
}

#[test]
fn nothing_is_empty() {
    for values in [&["", " , "][..], &[], &[","]] {
        assert_eq!(parse(values), (Baggage::EMPTY, false), "{values:?}");
    }
    assert!(Baggage::EMPTY.is_empty());
    assert_eq!(Baggage::EMPTY.members().count(), 0);
}

#[test]
fn a_member_is_replaced_and_removed() {
    let (baggage, _) = parse(&["a=1;p,b=2,a=3"]);
    let changed = baggage.with("a", "x,y").expect("valid");
    assert_eq!(changed.as_header(), "b=2,a=x%2Cy");
    assert_eq!(changed.without("b").without("a"), Baggage::EMPTY);
    assert_eq!(
        baggage.get("a").as_deref(),
        Some("1"),
        "the original is as it was"
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = Baggage::EMPTY.with("two words", "1");
    assert_eq!(refused, Err(BaggageError::Key("two words".to_owned())));
    let refused = Baggage::EMPTY.with("k", &"v".repeat(Baggage::BYTES));
    assert_eq!(refused, Err(BaggageError::Full("k".to_owned())));
    let message = refused.expect_err("full").to_string();
    assert!(message.contains("64 members in 8192 bytes"), "{message}");
}

proptest! {
    #[test]
    fn every_value_survives_the_wire(
        members in prop::collection::btree_map("[a-zA-Z0-9!#$%&'*+.^_`|~-]{1,20}", ".{0,40}", 0..20)
    ) {
        let mut baggage = Baggage::EMPTY;
        for (key, value) in &members {
            baggage = baggage.with(key, value).expect("fits");
        }
        let (read, faults) = parse(&[baggage.as_header()]);
        prop_assert!(!faults);
        prop_assert_eq!(pairs(&read), members.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(read, baggage);
    }

    #[test]
    fn whatever_comes_in_what_goes_out_is_valid(values: Vec<Vec<u8>>) {
        let (baggage, _) = Baggage::parse(&values.iter().map(|value| &**value).collect::<Vec<_>>());
        prop_assert!(baggage.as_header().len() <= Baggage::BYTES);
        prop_assert!(http::HeaderValue::from_str(baggage.as_header()).is_ok());
        prop_assert!(!parse(&[baggage.as_header()]).1);
    }
}
