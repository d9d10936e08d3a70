use std::sync::atomic::AtomicUsize;

use tower::{ServiceBuilder, ServiceExt, service_fn};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const CALL: Asking<'static> = Asking {
    port: "inventory",
    method: "reserve",
    mark: None,
};

fn fault(chaos: &Chaos, call: Asking<'_>, now: Instant) -> Option<Fault> {
    chaos.decide(call, now).map(|hit| hit.fault)
}

fn rule(fault: Fault, share: f64) -> Rule {
    Rule {
        name: "test".to_owned(),
        port: "inventory".to_owned(),
        method: None,
        fault,
        share,
        mark: None,
        schedule: None,
    }
}

fn chaos(seed: u64, rule: Rule) -> (Chaos, Instant) {
    let env = Env::system();
    let chaos = Chaos::new(env, seed);
    chaos.update(vec![rule]).unwrap();
    let since = chaos.0.live.load().since;
    (chaos, since)
}

/// Which of the next thousand calls suffer.
fn hits((chaos, now): &(Chaos, Instant)) -> Vec<bool> {
    (0..1000)
        .map(|_| chaos.decide(CALL, *now).is_some())
        .collect()
}

#[test]
fn a_share_is_a_share_and_a_seed_replays_it() {
    let some = || rule(Fault::Refused, 0.3);
    let first = hits(&chaos(7, some()));
    let count = first.iter().filter(|hit| **hit).count();
    assert!((250..350).contains(&count), "{count} of 1000");
    assert_eq!(first, hits(&chaos(7, some())));
    assert_ne!(first, hits(&chaos(8, some())));
    assert!(
        hits(&chaos(7, rule(Fault::Refused, 1.0)))
            .iter()
            .all(|hit| *hit)
    );
}

#[test]
fn rules_are_for_their_port_method_and_mark_alone() {
    let mut only = rule(Fault::Refused, 1.0);
    only.method = Some("reserve".to_owned());
    only.mark = Some("slow".to_owned());
    let (chaos, now) = chaos(1, only);
    let marked = Asking {
        mark: Some("slow"),
        ..CALL
    };
    assert_eq!(fault(&chaos, marked, now), Some(Fault::Refused));
    assert_eq!(fault(&chaos, CALL, now), None, "without the mark");
    let other = Asking {
        method: "stock",
        ..marked
    };
    assert_eq!(fault(&chaos, other, now), None, "another method");
    let other = Asking {
        port: "payments",
        ..marked
    };
    assert_eq!(fault(&chaos, other, now), None, "another port");
    assert_eq!(chaos.counts(), [("test".to_owned(), 1, 1)]);
}

#[test]
fn a_schedule_comes_and_goes() {
    let mut timed = rule(Fault::Cut, 1.0);
    timed.schedule = Some(Schedule {
        after: 2 * SECOND,
        lasts: SECOND,
        every: Some(5 * SECOND),
    });
    let (chaos, start) = chaos(1, timed);
    let hit = |millis| {
        let at = start + Duration::from_millis(millis);
        chaos.decide(CALL, at).is_some()
    };
    let seen = [0, 1999, 2000, 2999, 3000, 6999, 7000, 7999, 8000].map(hit);
    assert_eq!(
        seen,
        [false, false, true, true, false, false, true, true, false]
    );
}

#[test]
fn latency_is_drawn_between_its_bounds() {
    let (least, most) = (SECOND, 3 * SECOND);
    let (chaos, now) = chaos(3, rule(Fault::Latency { least, most }, 1.0));
    let drawn: Vec<Duration> = (0..100)
        .map(|_| match fault(&chaos, CALL, now) {
            Some(Fault::Latency { most, .. }) => most,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(drawn.iter().all(|time| (least..=most).contains(time)));
    let spread = *drawn.iter().max().unwrap() - *drawn.iter().min().unwrap();
    assert!(spread > SECOND, "{spread:?}");
}

#[test]
fn what_cannot_work_is_refused_and_changes_nothing() {
    let (chaos, now) = chaos(1, rule(Fault::Refused, 1.0));
    let hour = Duration::from_secs(3600);
    let schedule = |after, lasts, every| Schedule {
        after,
        lasts,
        every,
    };
    let wrong = [
        ("share", rule(Fault::Cut, 0.0)),
        ("share", rule(Fault::Cut, 1.5)),
        ("share", rule(Fault::Cut, f64::NAN)),
        ("status", rule(Fault::Status(200), 1.0)),
        (
            "delay",
            rule(
                Fault::Latency {
                    least: hour,
                    most: SECOND,
                },
                1.0,
            ),
        ),
        (
            "lasts",
            Rule {
                schedule: Some(schedule(SECOND, Duration::ZERO, None)),
                ..rule(Fault::Cut, 1.0)
            },
        ),
        (
            "every",
            Rule {
                schedule: Some(schedule(SECOND, hour, Some(SECOND))),
                ..rule(Fault::Cut, 1.0)
            },
        ),
    ];
    for (key, rule) in wrong {
        let mistake = chaos.update(vec![rule]).unwrap_err();
        assert_eq!((mistake.key, &*mistake.rule), (key, "test"));
    }
    assert_eq!(
        fault(&chaos, CALL, now),
        Some(Fault::Refused),
        "what held goes on"
    );
}

#[tokio::test(start_paused = true)]
async fn the_layer_lets_calls_suffer() {
    let env = Env::seeded(1);
    let chaos = Chaos::new(env.clone(), 1);
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    let service = ServiceBuilder::new()
        .layer(ChaosLayer::new(chaos.clone(), "inventory"))
        .service(service_fn(move |word: &'static str| {
            counter.fetch_add(1, Ordering::Relaxed);
            async move { Ok::<_, tower::BoxError>(word) }
        }));
    let call = || service.clone().oneshot("kettle");
    let calls = || made.load(Ordering::Relaxed);

    assert_eq!(call().await.unwrap(), "kettle");
    chaos.update(vec![rule(Fault::Refused, 1.0)]).unwrap();
    let error = call().await.unwrap_err();
    assert_eq!(error.to_string(), "injected by chaos: connection refused");
    assert_eq!(calls(), 1, "refused before it was made");
    chaos.update(vec![rule(Fault::Cut, 1.0)]).unwrap();
    call().await.unwrap_err();
    assert_eq!(calls(), 2, "cut after it was made");
    let (least, most) = (SECOND, SECOND);
    chaos
        .update(vec![rule(Fault::Latency { least, most }, 1.0)])
        .unwrap();
    let began = env.now();
    call().await.unwrap();
    assert!(env.now() - began >= SECOND);
    chaos.update(vec![rule(Fault::BlackHole, 1.0)]).unwrap();
    tokio::time::timeout(60 * SECOND, call()).await.unwrap_err();
}
