//! What is kept, for how long, and what ends it.

use super::*;

#[tokio::test(start_paused = true)]
async fn what_is_fresh_is_given_again_and_says_so() {
    let site = site(&[(200, MINUTE, "one"), (200, MINUTE, "two")]);
    assert_eq!(site.ask().await, said("one", ""));
    pass(20).await;
    let response = site.call(PRIVATE, "/v1/items/bolt").await.unwrap();
    assert_eq!(response.headers()[AGE], "20");
    assert_eq!(site.ask().await, said("one", "chassis; hit"));
    // Another target, another method: not the same.
    site.call(PRIVATE, "/v1/items/nut").await.unwrap();
    assert_eq!(site.calls(), 2);
    site.call(PLAIN, "/v1/items/bolt").await.unwrap();
    site.call(PLAIN, "/v1/items/bolt").await.unwrap();
    assert_eq!(site.calls(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_was_fresh_is_given_once_more_while_a_new_one_comes() {
    let site = site(&[(200, MINUTE, "one"), (200, MINUTE, "two")]);
    site.ask().await;
    pass(61).await;
    let stale = said("one", "chassis; hit; detail=stale-while-revalidate");
    assert_eq!(site.ask().await, stale);
    assert_eq!(site.ask().await, stale);
    pass(1).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(site.ask().await, said("two", "chassis; hit"));
    assert_eq!(site.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_validator_brings_it_back_without_its_body() {
    let site = site(&[(200, MINUTE, "one"), (304, MINUTE, "")]);
    site.ask().await;
    pass(75).await;
    let revalidated = "chassis; hit; fwd=stale; fwd-status=304";
    assert_eq!(site.ask().await, said("one", revalidated));
    let asked = site.script.asked.lock().unwrap().clone();
    assert_eq!(asked, [None, Some("\"a\"".to_owned())]);
    pass(59).await;
    assert_eq!(site.ask().await, said("one", "chassis; hit"));
}

#[tokio::test(start_paused = true)]
async fn where_the_callee_fails_the_last_answer_does_for_a_while() {
    for failure in [0, 503] {
        let site = site(&[(200, MINUTE, "one"), (failure, &[], "")]);
        site.ask().await;
        pass(100).await;
        let (body, status) = site.ask().await;
        assert_eq!(body, "one");
        assert!(status.ends_with("detail=stale-if-error"), "{status}");
        pass(300).await;
        let last = site.call(PRIVATE, "/v1/items/bolt").await;
        let failed = last.map_or(true, |response| response.status() == 503);
        assert!(failed);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_callee_says_holds() {
    let cases: [(&[(&str, &str)], usize); 7] = [
        (&[("cache-control", "no-store")], 2),
        (&[("cache-control", "max-age=0, must-revalidate")], 2),
        (&[("cache-control", "no-cache"), ("etag", "\"a\"")], 2),
        (&[("vary", "*")], 2),
        // Ten seconds left of thirty, five seconds on.
        (&[("cache-control", "max-age=30"), ("age", "20")], 1),
        (
            &[
                ("cache-control", "max-age=30, must-revalidate"),
                ("age", "26"),
            ],
            2,
        ),
        // It says nothing: the contract does.
        (&[], 1),
    ];
    for (headers, calls) in cases {
        let site = site(&[(200, headers, "one")]);
        site.ask().await;
        pass(5).await;
        site.ask().await;
        assert_eq!(site.calls(), calls, "{headers:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_another_kind_ends_what_was_kept() {
    let site = site(&[(200, MINUTE, "one"), (404, &[], "gone"), (0, &[], "")]);
    site.ask().await;
    pass(100).await;
    assert_eq!(site.ask().await.0, "gone");
    let last = site.call(PRIVATE, "/v1/items/bolt").await;
    assert!(last.is_err(), "what is gone is no help in need");
}
