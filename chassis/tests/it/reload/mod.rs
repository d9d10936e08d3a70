//! A configuration that changes while the service runs.

mod files;

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use chassis::testing::System;
use chassis::{App, CallError, http, port, service};

/// What is called.
#[service(version = "1")]
trait Ledger {
    #[get("/entries/{id}")]
    async fn entry(&self, id: u32) -> Result<u32, CallError>;
}

/// Where letters lie.
#[port]
trait Letters {
    #[idempotent]
    async fn count(&self) -> Result<u32, CallError>;
}

/// A box that cannot be opened, and how often somebody tried.
struct Jammed(Arc<AtomicU32>);

impl Letters for Jammed {
    async fn count(&self) -> Result<u32, CallError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Err(CallError::Failed {
            service: "letters".to_owned(),
            source: "jammed".into(),
        })
    }
}

/// What the composition root made.
#[derive(Clone, Default)]
struct Made {
    ledger: Arc<OnceLock<Arc<dyn Ledger>>>,
    letters: Arc<OnceLock<Arc<dyn Letters>>>,
    bank: Arc<OnceLock<http::Client>>,
    tried: Arc<AtomicU32>,
}

impl Made {
    async fn start(&self, config: &str) -> System {
        let made = self.clone();
        let service = move |app: App| async move {
            let _ = made.ledger.set(app.client::<dyn Ledger>()?);
            let _ = made.bank.set(app.http("bank")?);
            let jammed = Jammed(Arc::clone(&made.tried));
            let _ = made.letters.set(app.adapt::<dyn Letters>(jammed));
            Ok(())
        };
        let system = System::of("till", service).config(config);
        system.start().await.unwrap()
    }

    fn ledger(&self) -> Arc<dyn Ledger> {
        Arc::clone(self.ledger.get().unwrap())
    }

    fn tried(&self) -> u32 {
        self.tried.swap(0, Ordering::Relaxed)
    }
}

/// A server that answers, or fails with 503 when it is told to; and how often it was asked.
struct Callee {
    address: std::net::SocketAddr,
    fails: Arc<AtomicBool>,
    asked: Arc<AtomicU32>,
}

impl Callee {
    async fn start() -> Self {
        let (fails, asked) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU32::new(0)),
        );
        let (failing, count) = (Arc::clone(&fails), Arc::clone(&asked));
        let answer = get(async move || {
            count.fetch_add(1, Ordering::Relaxed);
            match failing.load(Ordering::Relaxed) {
                true => StatusCode::SERVICE_UNAVAILABLE.into_response(),
                false => ([("content-type", "application/json")], "7").into_response(),
            }
        });
        let router = Router::new().route("/v1/entries/{id}", answer);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        chassis::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            fails,
            asked,
        }
    }

    fn asked(&self) -> u32 {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

/// Two instances, and what else is set.
fn config(callees: &[&Callee], more: &str) -> String {
    let addresses = callees.iter().map(|callee| callee.address.to_string());
    let addresses = addresses.collect::<Vec<_>>().join(",");
    let bank = callees[0].address;
    format!(
        "client.ledger.url = 'static:{addresses}'\nclient.bank.url = 'http://{bank}'\n\
         [client.default.ejection]\nconsecutive_failures = 0\n{more}"
    )
}

fn said(system: &System, part: &str) -> Vec<String> {
    let lines = system.captured().lines();
    let lines = lines.iter().map(|line| line.message().to_owned());
    lines.filter(|line| line.contains(part)).collect()
}

#[tokio::test]
async fn policies_of_clients_and_ports_follow_and_one_line_says_from_what_to_what() {
    let callee = Callee::start().await;
    callee.fails.store(true, Ordering::Relaxed);
    let made = Made::default();
    let system = made.start(&config(&[&callee], "")).await;

    assert!(made.ledger().entry(1).await.is_err());
    assert_eq!(callee.asked(), 3);
    let bank = made.bank.get().unwrap();
    assert_eq!(
        bank.get("/v1/entries/1").send().await.unwrap().status(),
        503
    );
    assert_eq!(callee.asked(), 3);
    assert!(made.letters.get().unwrap().count().await.is_err());
    assert_eq!(made.tried(), 3);

    let more = "[client.default.retry]\nattempts = 2\n[client.bank.retry]\nenabled = false\n\
                [port.letters.retry]\nattempts = 1\n";
    system.reconfigure(&config(&[&callee], more)).unwrap();
    assert!(made.ledger().entry(1).await.is_err());
    assert_eq!(callee.asked(), 2);
    assert_eq!(
        bank.get("/v1/entries/1").send().await.unwrap().status(),
        503
    );
    assert_eq!(callee.asked(), 1);
    assert!(made.letters.get().unwrap().count().await.is_err());
    assert_eq!(made.tried(), 1);

    let lines = said(&system, "the configuration has changed");
    assert_eq!(lines.len(), 1, "{lines:?}");
    for part in [
        "client.default.retry.attempts 3 → 2",
        "client.bank.retry.enabled unset → false",
        "port.letters.retry.attempts unset → 1",
    ] {
        assert!(lines[0].contains(part), "`{part}` is not in {lines:?}");
    }
    let counted = "chassis_config_reloads_total{outcome=\"success\"} 1.0";
    assert!(system.metrics().contains(counted), "{}", system.metrics());
}

#[tokio::test]
async fn what_is_wrong_changes_nothing_and_is_said_as_at_a_start() {
    let callee = Callee::start().await;
    callee.fails.store(true, Ordering::Relaxed);
    let made = Made::default();
    let system = made.start(&config(&[&callee], "")).await;
    for (wrong, why) in [
        (
            "[client.default.retry]\nattempts = 0\n",
            "client.default.retry.attempts",
        ),
        (
            "[client.ledger.methods.entry]\nattempt_timeout = '31s'\n",
            "client.ledger.methods.entry.attempt_timeout",
        ),
        (
            "[client.ledger.retry]\natempts = 2\n",
            "did you mean `attempts`",
        ),
        (
            "[client.ledgr.retry]\nattempts = 2\n",
            "no composition root asks for a client",
        ),
        (
            "[port.lettres.retry]\nattempts = 2\n",
            "no composition root adapts a port",
        ),
        (
            "[port.letters.breaker]\nwindow = '0s'\n",
            "port.letters.breaker.window",
        ),
        ("[tills]\nx = 1\n", "no part of this program reads it"),
        ("[logs]\nlevel = 'loud'\n", "`loud` is no level"),
        (
            "[client.ledger.balance]\nrule = 'maglev'\n",
            "maglev needs a key",
        ),
        ("[client", "not TOML"),
    ] {
        // What would be good stands beside it, and does not come in either.
        let more = format!("[client.bank.retry]\nenabled = false\n{wrong}");
        let error = system.reconfigure(&config(&[&callee], &more)).unwrap_err();
        assert_eq!(error.exit_code(), 78);
        let text = error.to_string();
        assert!(text.contains(why), "{wrong}: {text}");
        assert!(made.ledger().entry(1).await.is_err());
        assert_eq!(callee.asked(), 3, "{wrong}");
        let bank = made.bank.get().unwrap();
        assert_eq!(
            bank.get("/v1/entries/1").send().await.unwrap().status(),
            503
        );
        assert_eq!(callee.asked(), 3, "{wrong}");
        let lines = said(&system, "what held goes on holding");
        assert!(lines.last().unwrap().contains(why), "{lines:?}");
    }
    // The next good one is taken.
    let more = "[client.bank.retry]\nenabled = false\n";
    system.reconfigure(&config(&[&callee], more)).unwrap();
    let bank = made.bank.get().unwrap();
    assert_eq!(
        bank.get("/v1/entries/1").send().await.unwrap().status(),
        503
    );
    assert_eq!(callee.asked(), 1);
}

#[tokio::test]
async fn what_needs_a_start_is_named_and_the_log_level_holds_at_once() {
    let callee = Callee::start().await;
    let system = Made::default().start(&config(&[&callee], "")).await;
    let more = "[http]\nidle_timeout = '7s'\n[logs]\nlevel = 'info,sqlx=off'\n";
    system.reconfigure(&config(&[&callee], more)).unwrap();
    let lines = said(&system, "only from the next start on");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("http.idle_timeout"), "{lines:?}");
    assert!(!lines[0].contains("logs.level"), "{lines:?}");
    let lines = said(&system, "the configuration has changed: ");
    assert!(
        lines[0].contains("logs.level \"info\" → \"info,sqlx=off\""),
        "{lines:?}"
    );
    let more = "[logs]\nlevel = 'off'\n";
    system.reconfigure(&config(&[&callee], more)).unwrap();
    system.captured().clear();
    tracing::error!("nobody hears it");
    assert!(said(&system, "nobody hears it").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_is_lost_while_the_balance_changes_under_load() {
    let (one, other) = (Callee::start().await, Callee::start().await);
    let made = Made::default();
    let system = made.start(&config(&[&one, &other], "")).await;
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..8)
        .map(|_| {
            let (ledger, stop) = (made.ledger(), Arc::clone(&stop));
            chassis::spawn(async move {
                let mut calls = 0;
                while !stop.load(Ordering::Relaxed) {
                    ledger.entry(calls).await.unwrap();
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    let rules = ["least-request", "round-robin", "peak-ewma"];
    for round in 0..60_usize {
        let rule = rules[round % rules.len()];
        let more = format!(
            "max_ejected = 0.{}\n[client.ledger.balance]\nrule = '{rule}'\nsubset = {}\n\
             [client.ledger.bulkhead]\nmax_calls = {}\n[client.ledger.retry]\nattempts = 1\n",
            round % 9,
            1 + round % 2,
            100 + round
        );
        system.reconfigure(&config(&[&one, &other], &more)).unwrap();
        tokio::task::yield_now().await;
    }
    // Both get calls in turn now.
    let more = "[client.ledger.balance]\nrule = 'round-robin'\nslow_start = '0s'\n";
    system.reconfigure(&config(&[&one, &other], more)).unwrap();
    stop.store(true, Ordering::Relaxed);
    let mut calls = 0;
    for caller in callers {
        calls += tokio::time::timeout(Duration::from_secs(20), caller)
            .await
            .unwrap()
            .unwrap();
    }
    assert!(calls > 0);
    one.asked();
    other.asked();
    for id in 0..10 {
        made.ledger().entry(id).await.unwrap();
    }
    assert_eq!((one.asked(), other.asked()), (5, 5));
}
