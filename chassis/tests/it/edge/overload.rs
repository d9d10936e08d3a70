//! More than can be served: who is refused, who waits, and what each is told.

use std::sync::atomic::Ordering::SeqCst;

use axum::Router;
use axum::routing::get;
use chassis::config::HumanDuration;
use chassis::context::Trust;
use chassis::http::{RateLimitBy, RateLimitRule, Settings};
use chassis::telemetry::{Point, PointValue};

use super::Site;
use super::raw::{Answer, Raw, eventually};

/// One call of a route at work, and so many that wait as long as it takes.
fn narrow(max_waiting: usize) -> Settings {
    let mut settings = Settings::default();
    settings.overload.min_concurrency = 1;
    settings.overload.initial_concurrency = 1;
    settings.overload.max_concurrency = 1;
    settings.overload.max_waiting = max_waiting;
    settings.overload.max_wait = HumanDuration::from_secs(9);
    settings
}

fn rule(limit: u32) -> RateLimitRule {
    RateLimitRule {
        limit,
        per: HumanDuration::from_secs(3_600),
        burst: None,
        by: RateLimitBy::Address,
        header: None,
        route: None,
        method: None,
        max_keys: 64,
    }
}

fn limited(rules: impl IntoIterator<Item = (&'static str, RateLimitRule)>) -> Settings {
    let rules = rules.into_iter();
    Settings {
        rate_limit: rules.map(|(name, rule)| (name.to_owned(), rule)).collect(),
        ..Settings::default()
    }
}

/// The value of the series with this label.
fn labelled(site: &Site, metric: &str, label: (&str, &str)) -> f64 {
    let families = site.telemetry.metrics().snapshot();
    let points = families.iter().filter(|family| family.name == metric);
    let points = points.flat_map(|family| &family.points);
    let has = |point: &&Point| {
        point
            .labels
            .iter()
            .any(|(key, value)| key == label.0 && value == label.1)
    };
    let value = |point: &Point| match &point.value {
        PointValue::Counter(value) | PointValue::Gauge(value) => *value,
        _ => 0.0,
    };
    points.filter(has).map(value).sum()
}

fn shed(site: &Site, reason: &str) -> f64 {
    labelled(site, "chassis.http.server.shed", ("reason", reason))
}

/// A call that takes the place of its route.
async fn busy(site: &Site) -> Raw {
    let mut raw = site.raw().await;
    raw.say("GET /v1/wait HTTP/1.1\r\nhost: test\r\n\r\n").await;
    eventually("begun", || site.workshop.begun.load(SeqCst) >= 1).await;
    raw
}

fn is_shed(answer: &Answer) {
    let told = (answer.status, answer.problem());
    assert_eq!(told, (503, "overloaded".to_owned()));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("retry"), Some("exhausted"));
}

#[tokio::test]
async fn what_is_beyond_the_limit_of_its_route_is_refused() {
    let site = Site::with(&narrow(0), |_| {});
    let mut first = busy(&site).await;
    let mut second = site.raw().await;
    is_shed(&second.get("/v1/wait").await);
    // Another route has a limit of its own.
    assert_eq!(second.get("/v1/items/1").await.status, 200);
    assert_eq!(shed(&site, "overload"), 1.0);
    let limit = labelled(
        &site,
        "chassis.http.server.limit",
        ("http.route", "/v1/panic"),
    );
    assert_eq!(limit, 1.0);
    site.workshop.gate.add_permits(2);
    assert_eq!(first.hear().await.status, 200);
    assert_eq!(second.get("/v1/wait").await.status, 200);
}

#[tokio::test]
async fn a_place_is_free_again_however_its_call_ended() {
    let site = Site::with(&narrow(0), |_| {});
    drop(busy(&site).await);
    let mut raw = site.raw().await;
    eventually("the caller's leaving is seen", || {
        site.count("http.server.active_requests") == 0.0
    })
    .await;
    for _ in 0..3 {
        assert_eq!(raw.get("/v1/panic").await.status, 500);
    }
    site.workshop.gate.add_permits(1);
    assert_eq!(raw.get("/v1/wait").await.status, 200);
    assert_eq!(shed(&site, "overload"), 0.0);
}

#[tokio::test]
async fn a_burst_waits_for_its_turn() {
    let site = Site::with(&narrow(2), |_| {});
    let mut first = busy(&site).await;
    let mut waiting = [site.raw().await, site.raw().await];
    for (index, raw) in waiting.iter_mut().enumerate() {
        raw.say("GET /v1/wait HTTP/1.1\r\nhost: test\r\n\r\n").await;
        eventually("waits", || {
            site.count("chassis.http.server.waiting") == index as f64 + 1.0
        })
        .await;
    }
    is_shed(&site.raw().await.get("/v1/wait").await);
    assert_eq!(site.workshop.begun.load(SeqCst), 1);
    site.workshop.gate.add_permits(3);
    assert_eq!(first.hear().await.status, 200);
    for raw in &mut waiting {
        assert_eq!(raw.hear().await.body, "waited");
    }
}

#[tokio::test]
async fn who_waited_has_its_body_still() {
    let site = Site::with(&narrow(1), |_| {});
    let mut first = site.raw().await;
    let keep = |text: &str| {
        let length = text.len();
        format!("PUT /v1/wait HTTP/1.1\r\nhost: test\r\ncontent-length: {length}\r\n\r\n{text}")
    };
    first.say(keep("one")).await;
    eventually("begun", || site.workshop.begun.load(SeqCst) == 1).await;
    let mut second = site.raw().await;
    second.say(keep("another")).await;
    eventually("waits", || site.count("chassis.http.server.waiting") == 1.0).await;
    site.workshop.gate.add_permits(2);
    assert_eq!(first.hear().await.body, "kept one");
    assert_eq!(second.hear().await.body, "kept another");
}

#[tokio::test]
async fn the_background_gives_way_to_the_urgent() {
    let settings = Settings {
        trust: Trust::Mesh,
        ..narrow(1)
    };
    let site = Site::with(&settings, |_| {});
    let mut first = busy(&site).await;
    let ask = |urgency: u8| {
        format!("GET /v1/wait HTTP/1.1\r\nhost: test\r\npriority: u={urgency}\r\n\r\n")
    };
    let mut background = site.raw().await;
    background.say(ask(7)).await;
    eventually("waits", || site.count("chassis.http.server.waiting") == 1.0).await;
    let mut urgent = site.raw().await;
    urgent.say(ask(0)).await;
    is_shed(&background.hear().await);
    site.workshop.gate.add_permits(2);
    assert_eq!(first.hear().await.status, 200);
    assert_eq!(urgent.hear().await.status, 200);
}

#[tokio::test]
async fn nobody_waits_beyond_the_deadline() {
    let settings = Settings {
        timeout: HumanDuration::from_millis(300),
        ..narrow(1)
    };
    let site = Site::with(&settings, |_| {});
    let _first = busy(&site).await;
    // The first one's time is over, too, so whichever is first: it never begins.
    let answer = site.raw().await.get("/v1/wait").await;
    assert_eq!(
        (answer.status, answer.problem().as_str()),
        (504, "deadline")
    );
}

#[tokio::test]
async fn merged_routers_have_a_limit_and_slow_bodies_hold_none_of_it() {
    let site = Site::with(&narrow(0), |component| {
        let slow = || async {
            std::future::pending::<()>().await;
        };
        let upload = |body: String| async move { body };
        let router = Router::new().route("/slow", get(slow).post(upload));
        component.merge(router);
    });
    let mut upload = site.raw().await;
    upload
        .say("POST /slow HTTP/1.1\r\nhost: test\r\ncontent-length: 2\r\n\r\na")
        .await;
    let mut slow = site.raw().await;
    slow.say("GET /slow HTTP/1.1\r\nhost: test\r\n\r\n").await;
    let mut other = site.raw().await;
    eventually("both are at work", || {
        site.count("http.server.active_requests") == 2.0
    })
    .await;
    is_shed(&other.get("/elsewhere").await);
    upload.say("b").await;
    assert_eq!(upload.hear().await.body, "ab");
}

#[tokio::test]
async fn off_it_refuses_nobody() {
    let mut settings = narrow(0);
    settings.overload.enabled = false;
    let site = Site::with(&settings, |_| {});
    let mut first = busy(&site).await;
    let mut second = site.raw().await;
    second
        .say("GET /v1/wait HTTP/1.1\r\nhost: test\r\n\r\n")
        .await;
    eventually("both begun", || site.workshop.begun.load(SeqCst) == 2).await;
    site.workshop.gate.add_permits(2);
    assert_eq!(
        (first.hear().await.status, second.hear().await.status),
        (200, 200)
    );
}

#[tokio::test]
async fn a_rate_limit_is_told_and_held() {
    let one = RateLimitRule {
        route: Some("/v1/items/{sku}".to_owned()),
        ..rule(2)
    };
    let site = Site::with(&limited([("items", one)]), |_| {});
    let mut raw = site.raw().await;
    let answer = raw.get("/v1/items/1").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("ratelimit-policy"),
        Some("\"items\";q=2;w=3600")
    );
    assert_eq!(answer.header("ratelimit"), Some("\"items\";r=1;t=1800"));
    assert_eq!(raw.get("/v1/items/1").await.status, 200);
    let refused = raw.get("/v1/items/1").await;
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (429, "rate-limited")
    );
    let after: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1_790..=1_800).contains(&after), "{after}");
    assert_eq!(refused.header("retry"), None);
    assert!(
        refused
            .header("ratelimit")
            .unwrap()
            .starts_with("\"items\";r=0;t=")
    );
    // Only that route.
    let other = raw.get("/v1/context").await;
    assert_eq!((other.status, other.header("ratelimit")), (200, None));
    assert_eq!(shed(&site, "rate-limit"), 1.0);
}

#[tokio::test]
async fn who_is_far_from_a_limit_is_told_once_a_connection() {
    let site = Site::with(&limited([("all", rule(10))]), |_| {});
    let (mut one, mut other) = (site.raw().await, site.raw().await);
    let mut told = Vec::new();
    for _ in 0..6 {
        let answer = one.get("/v1/items/1").await;
        assert_eq!(
            answer.header("ratelimit").is_some(),
            answer.header("ratelimit-policy").is_some()
        );
        told.push(answer.header("ratelimit").is_some());
    }
    // Nine are left, eight, seven, six; and five, which is the middle.
    assert_eq!(told, [true, false, false, false, true, true]);
    let answer = other.get("/v1/items/1").await;
    assert!(
        answer
            .header("ratelimit")
            .unwrap()
            .starts_with("\"all\";r=3;t=")
    );
}

#[tokio::test]
async fn a_connection_is_told_of_each_limit() {
    let on = |route: &str| RateLimitRule {
        route: Some(route.to_owned()),
        ..rule(10)
    };
    let rules = [
        ("items", on("/v1/items/{sku}")),
        ("rest", on("/v1/context")),
    ];
    let site = Site::with(&limited(rules), |_| {});
    let mut raw = site.raw().await;
    for (path, policy) in [
        ("/v1/items/1", Some("\"items\";q=10;w=3600")),
        ("/v1/items/1", None),
        ("/v1/context", Some("\"rest\";q=10;w=3600")),
        ("/v1/context", None),
    ] {
        assert_eq!(raw.get(path).await.header("ratelimit-policy"), policy);
    }
}

#[tokio::test]
async fn each_key_has_its_own_share() {
    let by_key = RateLimitRule {
        by: RateLimitBy::Header,
        header: Some("x-api-key".to_owned()),
        route: Some("/v1/*".to_owned()),
        ..rule(1)
    };
    let site = Site::with(&limited([("keys", by_key)]), |_| {});
    let mut raw = site.raw().await;
    for (key, status) in [
        ("ann", 200),
        ("bob", 200),
        ("ann", 429),
        ("", 200),
        ("bob", 429),
    ] {
        raw.say(format!(
            "GET /v1/items/1 HTTP/1.1\r\nhost: test\r\nx-api-key: {key}\r\n\r\n"
        ))
        .await;
        assert_eq!(raw.hear().await.status, status, "{key}");
    }
    // Keys beyond those that are remembered are answered, too.
    for key in 0..2_000 {
        raw.say(format!(
            "GET /v1/items/1 HTTP/1.1\r\nhost: test\r\nx-api-key: {key}\r\n\r\n"
        ))
        .await;
        assert_eq!(raw.hear().await.status, 200, "{key}");
    }
}

#[tokio::test]
async fn merged_routes_are_limited_by_their_paths() {
    let one = RateLimitRule {
        route: Some("/files/*".to_owned()),
        ..rule(1)
    };
    let site = Site::with(&limited([("files", one)]), |component| {
        component.merge(Router::new().route("/files/{name}", get(|| async { "file" })));
    });
    let mut raw = site.raw().await;
    let answer = raw.get("/files/a").await;
    assert_eq!(
        (answer.status, answer.header("ratelimit-policy")),
        (200, Some("\"files\";q=1;w=3600"))
    );
    assert_eq!(raw.get("/files/b").await.status, 429);
    assert_eq!(raw.get("/v1/items/1").await.status, 200);
}
