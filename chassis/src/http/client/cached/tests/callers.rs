//! Many callers: who asks, who waits, who gets whose.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_crowd_makes_one_call() {
    let site = Arc::new(site(&[(200, MINUTE, "one")]));
    let crowd: Vec<_> = (0..100)
        .map(|_| {
            let site = Arc::clone(&site);
            crate::spawn(async move { site.ask().await.0 })
        })
        .collect();
    for one in crowd {
        assert_eq!(one.await.unwrap(), "one");
    }
    assert_eq!(site.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_another_waits_no_longer_than_his_own_time() {
    let site = Arc::new(site(&[(200, MINUTE, "one")]));
    let first = crate::spawn({
        let site = Arc::clone(&site);
        async move { site.ask().await }
    });
    tokio::task::yield_now().await;
    let deadline = site.telemetry.env().now() + Duration::from_millis(2);
    let context = Context::default().with_deadline(deadline);
    let late = context.scope(site.call(PRIVATE, "/v1/items/bolt")).await;
    assert!(matches!(late, Err(CallError::Deadline { .. })), "{late:?}");
    assert_eq!(first.await.unwrap().0, "one");
}

#[tokio::test(start_paused = true)]
async fn one_who_gives_up_leaves_the_others_to_ask() {
    let site = Arc::new(site(&[(200, MINUTE, "one")]));
    let ask = |site: &Arc<Site>| {
        let site = Arc::clone(site);
        crate::spawn(async move { site.ask().await })
    };
    let first = ask(&site);
    tokio::task::yield_now().await;
    let second = ask(&site);
    tokio::task::yield_now().await;
    first.abort();
    assert_eq!(second.await.unwrap().0, "one");
    assert_eq!(site.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn each_principal_has_its_own_unless_all_have_the_same() {
    let site = site(&[(200, &[("cache-control", "max-age=60")], "x")]);
    let of = |name: &str| Context::default().with_principal(Principal::new(name, [""; 0]));
    for (method, calls) in [(PRIVATE, 3), (PUBLIC, 4)] {
        for name in ["ann", "bob", "ann"] {
            let target = format!("/v1/items/{method}");
            of(name).scope(site.call(method, &target)).await.unwrap();
        }
        site.call(method, &format!("/v1/items/{method}"))
            .await
            .unwrap();
        assert_eq!(site.calls(), calls);
    }
    // What the callee calls private is nobody else's, whatever the contract says.
    let site = self::site(&[(200, MINUTE, "x")]);
    site.call(PUBLIC, "/v1/items/bolt").await.unwrap();
    site.call(PUBLIC, "/v1/items/bolt").await.unwrap();
    assert_eq!(site.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn it_is_bounded_and_can_be_turned_off() {
    let small = CacheTable {
        max_bytes: ByteSize::from_kib(2),
        ..CacheTable::default()
    };
    let site = site_of(&[(200, MINUTE, "one")], &small);
    for number in 0..100 {
        site.call(PRIVATE, &format!("/v1/items/{number}"))
            .await
            .unwrap();
    }
    site.call(PRIVATE, "/v1/items/0").await.unwrap();
    assert_eq!(site.calls(), 101);
    let off = CacheTable {
        enabled: false,
        stale_if_error: HumanDuration::from_secs(0),
        ..CacheTable::default()
    };
    let site = site_of(&[(200, MINUTE, "one")], &off);
    site.ask().await;
    site.ask().await;
    assert_eq!(site.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn it_is_counted_and_traced() {
    let site = site(&[(200, MINUTE, "one")]);
    let trace = crate::context::TraceContext {
        trace_id: crate::context::TraceId([1; 16]),
        span_id: crate::context::SpanId([2; 8]),
        flags: crate::context::TraceFlags::SAMPLED,
        state: None,
    };
    let work = async {
        site.ask().await;
        site.ask().await;
    };
    Context::default().with_trace(trace).scope(work).await;
    let text = site.telemetry.metrics().scrape(None).1;
    for outcome in ["miss", "hit"] {
        let line = format!("chassis_outcome=\"{outcome}\"");
        let counted = text
            .lines()
            .any(|row| row.contains(&line) && row.ends_with(" 1.0"));
        assert!(counted, "{outcome}: {text}");
    }
    let spans = site.capture.spans();
    let outcomes: Vec<_> = spans
        .iter()
        .filter(|span| span.record.name == *"cache shelf.own")
        .map(|span| format!("{:?}", span.record.attribute("chassis.outcome")))
        .collect();
    assert_eq!(outcomes.len(), 2, "{spans:?}");
    assert!(
        outcomes[0].contains("miss") && outcomes[1].contains("hit"),
        "{outcomes:?}"
    );
}
