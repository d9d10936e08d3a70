//! The rules of W3C Trace Context level 2, and the timeouts, each by examples of our own.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::context::{SpanId, TraceContext, TraceFlags, TraceId};

const TRACE: &str = "8a3c60f7d188f8fa79d48a391a778fa6";
const SPAN: &str = "53ce929d0e0e4736";

fn traceparent(version: &str, rest: &str) -> Option<TraceContext> {
    TraceContext::parse(format!("{version}-{TRACE}-{SPAN}-{rest}").as_bytes())
}

fn state(values: &[&str]) -> Result<Option<String>, ()> {
    let values: Vec<_> = values.iter().map(|value| value.as_bytes()).collect();
    let state = tracestate::parse(&values)?;
    Ok(state.map(|state| state.to_string()))
}

#[test]
fn version_00_is_read_whole() {
    let trace = traceparent("00", "03").expect("valid");
    assert_eq!(trace.trace_id.to_string(), TRACE);
    assert_eq!(trace.span_id.to_string(), SPAN);
    assert!(trace.flags.has(TraceFlags::SAMPLED) && trace.flags.has(TraceFlags::RANDOM));
    assert_eq!(trace.state, None);
}

#[test]
fn version_00_ends_after_its_flags() {
    for rest in [
        "01.", "01-", "01-more", "001", "1", "", "0", "0g", "0G", "A1", "-1",
    ] {
        assert_eq!(traceparent("00", rest), None, "{rest}");
    }
}

#[test]
fn a_later_version_may_append_fields_after_a_dash() {
    for rest in ["01", "01-", "01-what-comes"] {
        assert!(traceparent("cc", rest).is_some(), "{rest}");
    }
    assert_eq!(traceparent("cc", "01.more"), None);
    assert_eq!(traceparent("cc", "011"), None);
}

#[test]
fn what_is_no_version_is_ignored() {
    for version in ["ff", "0", "000", "0x", "0G", ".0", "0.", "", "A0"] {
        assert_eq!(traceparent(version, "01"), None, "{version}");
    }
}

#[test]
fn ids_of_zeros_wrong_lengths_or_capitals_are_ignored() {
    let zeros = "0".repeat(32);
    for (trace, span) in [
        (&*zeros, SPAN),
        (TRACE, &zeros[..16]),
        (&TRACE[1..], SPAN),
        (TRACE, &SPAN[1..]),
        (&TRACE.to_uppercase(), SPAN),
        (TRACE, &SPAN.to_uppercase()),
        (&TRACE.replace('8', "."), SPAN),
        (TRACE, &SPAN.replace('5', "é")),
    ] {
        let text = format!("00-{trace}-{span}-01");
        assert_eq!(TraceContext::parse(text.as_bytes()), None, "{text}");
    }
    let swapped = format!("00_{TRACE}-{SPAN}-01");
    assert_eq!(TraceContext::parse(swapped.as_bytes()), None);
}

#[test]
fn whitespace_around_a_traceparent_is_no_part_of_it() {
    let text = format!(" \t00-{TRACE}-{SPAN}-00\t ");
    assert!(TraceContext::parse(text.as_bytes()).is_some());
}

#[test]
fn unknown_flags_are_neither_kept_nor_sent() {
    let trace = traceparent("00", "fd").expect("valid");
    assert_eq!(trace.flags, TraceFlags::SAMPLED);
    assert!(trace.traceparent().ends_with(b"-01"));
}

#[test]
fn a_child_keeps_trace_random_flag_and_state() {
    let mut trace = traceparent("00", "03").expect("valid");
    trace.state = Some("rojo=1".into());
    let child = trace.child(SpanId([7; 8]), false);
    assert_eq!(
        (child.trace_id, child.span_id),
        (trace.trace_id, SpanId([7; 8]))
    );
    assert_eq!(child.flags, TraceFlags::RANDOM);
    assert_eq!(child.state, trace.state);
}

#[test]
fn a_tracestate_is_carried_on_as_it_came() {
    let long = format!("{}={}", "k".repeat(256), "v".repeat(256));
    for value in [
        "rojo=00f067aa0ba902b7",
        "rojo=1,congo=t61rcWkgMzE",
        "rojo=1 \t, \tcongo=2",
        "a_-*/@9= ~v!x",
        "0tenant@system=1",
        "foo@=1,f@@b=2",
        &long,
    ] {
        assert_eq!(state(&[value]), Ok(Some(value.to_owned())), "{value}");
    }
}

#[test]
fn several_tracestates_are_one_list() {
    let joined = state(&["", "a=1,b=2", " \t", "c=3 "]);
    assert_eq!(joined, Ok(Some("a=1,b=2,c=3".to_owned())));
    assert_eq!(state(&["", " , ,"]), Ok(None));
}

#[test]
fn a_malformed_tracestate_is_thrown_away_whole() {
    let key = format!("{}=1", "k".repeat(257));
    let value = format!("k={}", "v".repeat(257));
    for list in [
        "a=1,a=1",
        "a=1,a=2",
        "foo =1",
        "FOO=1",
        "foo.bar=1",
        "@foo=1",
        "_a=1",
        "=1",
        "a=",
        "a",
        "a=b=c",
        "a=\u{e9}",
        "a=1\t2",
        &key,
        &value,
    ] {
        assert_eq!(state(&["ok=1", list]), Err(()), "{list}");
    }
    assert_eq!(state(&["a=1", "a=2"]), Err(()));
}

#[test]
fn a_tracestate_has_at_most_32_members() {
    let list = |count: usize| -> Vec<String> { (0..count).map(|n| format!("k{n}=v")).collect() };
    assert!(state(&[&list(32).join(",")]).is_ok());
    assert_eq!(state(&[&list(33).join(",")]), Err(()));
    let (first, second) = (list(32).join(","), "other=1");
    assert_eq!(state(&[&first, second]), Err(()));
}

#[test]
fn timeouts_have_digits_and_units() {
    assert_eq!(timeout::millis(b" 250 "), Some(Duration::from_millis(250)));
    assert_eq!(timeout::millis(b"0"), Some(Duration::ZERO));
    for (value, expected) in [
        ("2H", Duration::from_secs(7200)),
        ("3M", Duration::from_secs(180)),
        ("4S", Duration::from_secs(4)),
        ("5m", Duration::from_millis(5)),
        ("6u", Duration::from_micros(6)),
        ("99999999n", Duration::from_nanos(99_999_999)),
    ] {
        assert_eq!(timeout::grpc(value.as_bytes()), Some(expected), "{value}");
    }
}

#[test]
fn what_is_no_timeout_is_ignored() {
    for value in ["", "-1", "+1", "1.5", "1e3", "1s", "12345678901", "１"] {
        assert_eq!(timeout::millis(value.as_bytes()), None, "{value}");
    }
    for value in ["", "m", "1", "1s", "-1m", "123456789m", "1 m"] {
        assert_eq!(timeout::grpc(value.as_bytes()), None, "{value}");
    }
}

proptest! {
    #[test]
    fn every_traceparent_survives_the_wire(trace: [u8; 16], span: [u8; 8], flags in 0_u8..4) {
        let trace = TraceContext {
            trace_id: TraceId(trace),
            span_id: SpanId(span),
            flags: TraceFlags(flags),
            state: None,
        };
        prop_assume!(trace.is_valid());
        prop_assert_eq!(TraceContext::parse(&trace.traceparent()), Some(trace));
    }

    #[test]
    fn hex_agrees_with_the_standard_library(bytes: [u8; 16]) {
        let id = TraceId(bytes);
        let text = id.to_string();
        prop_assert_eq!(&id.to_hex()[..], text.as_bytes());
        prop_assert_eq!(u128::from_str_radix(&text, 16), Ok(u128::from_be_bytes(bytes)));
        prop_assert_eq!(TraceId::from_hex(text.as_bytes()), id.is_valid().then_some(id));
    }

    #[test]
    fn no_bytes_make_a_parser_panic(bytes: Vec<u8>) {
        TraceContext::parse(&bytes);
        let _ = tracestate::parse(&[&bytes]);
        timeout::grpc(&bytes);
        timeout::millis(&bytes);
    }
}
