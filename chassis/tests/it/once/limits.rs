//! What is no key, no repetition, or too large to be kept.

use super::*;

#[tokio::test]
async fn another_request_with_the_key_is_refused() {
    let site = site();
    site.write(Some("\"k\""), "milk").await;
    let other = site.write(Some("\"k\""), "bread").await;
    assert_eq!(
        (other.status, other.kind().as_str()),
        (422, "idempotency-key-reused")
    );
    // Path, query and headers of the contract count, others do not.
    let key = Some("\"p\"");
    let patch = |target: &str| request("PATCH", target, key, "milk");
    assert_eq!(site.ask(patch("/v1/notes/1?line=1")).await.status, 200);
    assert!(site.ask(patch("/v1/notes/1?line=1")).await.replayed);
    for target in ["/v1/notes/2?line=1", "/v1/notes/1?line=2", "/v1/notes/1"] {
        assert_eq!(site.ask(patch(target)).await.status, 422, "{target}");
    }
    let mut pen = patch("/v1/notes/1?line=1");
    pen.headers_mut().insert("x-pen", "red".parse().unwrap());
    assert_eq!(site.ask(pen).await.status, 422);
    let mut agent = patch("/v1/notes/1?line=1");
    agent
        .headers_mut()
        .insert("user-agent", "x".parse().unwrap());
    assert!(site.ask(agent).await.replayed);
    // The same key on another route is another one.
    assert_eq!(site.write(key, "milk").await.status, 201);
}

#[tokio::test]
async fn keys_that_are_none_are_refused_and_cost_nothing() {
    let site = site();
    let long = format!("\"{}\"", "k".repeat(256));
    let huge = format!("\"{}\"", "k".repeat(10_000));
    for key in [
        "bare",
        "\"\"",
        "\"a",
        "\"a\";p=1",
        "\"\u{e4}\"",
        &long,
        &huge,
    ] {
        let told = site.write(Some(key), "milk").await;
        assert_eq!(told.status, 400, "{key:.20}");
        assert_eq!(told.kind(), "idempotency-key-malformed");
    }
    let longest = format!("\"{}\"", "k".repeat(255));
    assert_eq!(site.write(Some(&longest), "milk").await.status, 201);
    assert!(site.write(Some(&longest), "milk").await.replayed);
    assert_eq!(site.done(), 1);
}

#[tokio::test]
async fn a_refused_parameter_uses_up_no_key() {
    let site = site();
    let mut wrong = request("POST", "/v1/notes", Some("\"k\""), "milk");
    *wrong.body_mut() = Bytes::from_static(b"{}");
    assert_eq!(site.ask(wrong).await.status, 400);
    assert_eq!(site.write(Some("\"k\""), "milk").await.status, 201);
}

#[tokio::test]
async fn without_a_key_and_without_a_promise_each_call_is_its_own() {
    let site = site();
    for _ in 0..2 {
        assert_eq!(site.write(None, "milk").await.status, 201);
        let scrap = request("POST", "/v1/scraps", Some("\"k\""), "milk");
        assert_eq!(site.ask(scrap).await.status, 200);
    }
    assert_eq!(site.done(), 4);
}

#[tokio::test]
async fn of_an_answer_that_is_too_large_the_fact_is_kept() {
    let site = site();
    assert_eq!(site.write(Some("\"k\""), "large").await.status, 201);
    let again = site.write(Some("\"k\""), "large").await;
    assert_eq!(
        (again.status, again.kind().as_str()),
        (409, "idempotency-answer-not-kept")
    );
    assert_eq!(site.done(), 1);
}

#[tokio::test]
async fn what_keys_came_to_is_counted() {
    let site = site();
    for (key, text) in [
        (Some("\"k\""), "a"),
        (Some("\"k\""), "a"),
        (Some("\"k\""), "b"),
        (None, "a"),
    ] {
        site.write(key, text).await;
    }
    let text = site.telemetry.metrics().scrape(None).1;
    for outcome in ["first", "replayed", "mismatch", "without_key"] {
        let labels = [
            "chassis_method=\"write\"".to_owned(),
            format!("outcome=\"{outcome}\""),
        ];
        let mut rows = text
            .lines()
            .filter(|row| labels.iter().all(|own| row.contains(own)));
        let row = rows.next().unwrap_or_else(|| panic!("{outcome}: {text}"));
        assert!(
            row.starts_with("chassis_idempotency_calls") && row.ends_with(" 1.0"),
            "{row}"
        );
    }
}
