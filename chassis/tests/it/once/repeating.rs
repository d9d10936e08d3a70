//! The same call again: its answer, or that it has to wait.

use super::*;

#[tokio::test]
async fn a_repetition_is_answered_byte_by_byte_and_says_so() {
    for layered in [false, true] {
        let site = site_with(layered);
        let first = site.write(Some("\"k\""), "milk").await;
        assert_eq!((first.status, first.replayed), (201, false));
        for _ in 0..3 {
            let again = site.write(Some("\"k\""), "milk").await;
            assert!(again.replayed);
            assert_eq!(
                again,
                Told {
                    replayed: true,
                    ..first.clone()
                }
            );
        }
        assert_eq!(site.done(), 1);
        let other = site.write(Some("\"l\""), "milk").await;
        assert_eq!(other.headers["location"], "/v1/notes/2");
    }
}

#[tokio::test]
async fn a_typed_error_is_an_answer_and_5xx_is_none() {
    let site = site();
    let first = site.write(Some("\"a\""), "none left").await;
    let again = site.write(Some("\"a\""), "none left").await;
    assert_eq!(
        (first.status, again.status, again.replayed),
        (409, 409, true)
    );
    assert_eq!((first.body, site.done()), (again.body, 1));
    for text in ["broken", "panic"] {
        let before = site.done();
        for _ in 0..2 {
            let failed = site.write(Some(&format!("\"{text}\"")), text).await;
            assert_eq!((failed.status, failed.replayed), (500, false), "{text}");
            // What a panic released, it released in a task of its own.
            tokio::task::yield_now().await;
        }
        assert_eq!(site.done(), before + 2, "{text}");
    }
}

#[tokio::test]
async fn while_the_first_is_at_work_the_second_is_told_to_wait() {
    let site = Arc::new(site());
    let first = chassis::spawn({
        let site = Arc::clone(&site);
        async move { site.write(Some("\"k\""), "wait").await }
    });
    while site.done() == 0 {
        tokio::task::yield_now().await;
    }
    let second = site.write(Some("\"k\""), "wait").await;
    assert_eq!(
        (second.status, second.kind().as_str()),
        (409, "idempotency-key-in-flight")
    );
    assert_eq!(second.headers["retry-after"], "2");
    site.desk.gate.as_ref().unwrap().add_permits(1);
    assert_eq!(first.await.unwrap().status, 201);
    assert!(site.write(Some("\"k\""), "wait").await.replayed);
    assert_eq!(site.done(), 1);
}

#[tokio::test]
async fn a_caller_who_hangs_up_finds_his_answer_when_he_comes_again() {
    let site = Arc::new(site());
    let first = chassis::spawn({
        let site = Arc::clone(&site);
        async move { site.write(Some("\"k\""), "wait").await }
    });
    while site.done() == 0 {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.is_err());
    site.desk.gate.as_ref().unwrap().add_permits(1);
    loop {
        let again = site.write(Some("\"k\""), "wait").await;
        if again.status == 201 {
            assert!(again.replayed);
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(site.done(), 1);
}
