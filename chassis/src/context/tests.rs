//! The context as a whole.

use super::*;

#[test]
fn an_empty_context_has_nothing() {
    let context = Context::current();
    assert!(context.0.is_none());
    assert!(!context.trace().is_valid());
    assert_eq!(context.request_id(), None);
    assert_eq!(context.priority(), Priority::DEFAULT);
    assert!(context.baggage().is_empty());
    assert!(context.principal().is_none() && context.idempotency_key().is_none());
}

#[test]
fn a_change_is_in_place_until_there_is_a_clone() {
    let context = Context::default().with_priority(Priority::HIGHEST);
    let place = context.0.as_ref().map(Arc::as_ptr);
    let context = context.with_principal(Principal::new("ada", ["orders:read"]));
    assert_eq!(context.0.as_ref().map(Arc::as_ptr), place);
    let copy = context.clone().with_priority(Priority::LOWEST);
    assert_eq!(context.priority(), Priority::HIGHEST);
    assert_eq!(copy.priority(), Priority::LOWEST);
    assert!(
        copy.principal()
            .is_some_and(|own| own.has_scope("orders:read"))
    );
}

#[test]
fn the_earlier_deadline_stays() {
    let now = Env::system().now();
    let [soon, late] = [1, 5].map(|seconds| now + Duration::from_secs(seconds));
    let context = Context::default().with_deadline(late).with_deadline(soon);
    assert_eq!(context.deadline(), Some(soon));
    assert_eq!(context.clone().with_deadline(late).deadline(), Some(soon));
    assert_eq!(context.remaining(now), Some(Duration::from_secs(1)));
    assert_eq!(context.remaining(late), Some(Duration::ZERO));
}

#[test]
fn a_request_without_an_id_has_that_of_its_trace() {
    let trace = TraceContext::root(TraceId([0xab; 16]), SpanId([1; 8]), false);
    let context = Context::default().with_trace(trace);
    assert_eq!(
        context.request_id().expect("in a trace").as_str(),
        "ab".repeat(16)
    );
    let own = RequestId::parse(b"order-42").expect("valid");
    assert_eq!(context.with_request_id(own).request_id(), Some(own));
}

#[test]
fn request_ids_are_short_and_safe() {
    let longest = "x".repeat(RequestId::MAX);
    for valid in ["1", "A-z_0.9~:/+=@", &longest] {
        let id = RequestId::parse(valid.as_bytes()).expect(valid);
        assert_eq!(id.as_str(), valid);
    }
    for invalid in [
        "",
        "a b",
        "a\"b",
        "a,b",
        "<x>",
        "a\u{e9}",
        "a\0",
        &format!("{longest}x"),
    ] {
        assert_eq!(RequestId::parse(invalid.as_bytes()), None, "{invalid}");
    }
}

#[test]
fn priorities_are_those_of_rfc_9218() {
    let urgency = |value: &[u8]| {
        let found = Priority::parse(&[value])?;
        Ok(found.map(Priority::urgency))
    };
    assert_eq!(urgency(b"u=1, i"), Ok(Some(1)));
    assert_eq!(urgency(b"i,u=7"), Ok(Some(7)));
    assert_eq!(urgency(b"u=2;x,u=0"), Ok(Some(0)), "the last one counts");
    assert_eq!(urgency(b"i, unknown=9"), Ok(None));
    for malformed in ["u", "u=8", "u=-1", "u=10", "u=", "u=?1"] {
        assert_eq!(urgency(malformed.as_bytes()), Err(()), "{malformed}");
    }
    assert_eq!(Priority::new(8), None);
    assert_eq!(Priority::DEFAULT.to_string(), "u=3");
}
