//! Against a real server: `TEST_REDIS` is the path of `redis-server`.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use super::*;
use crate::context::{Env, IdempotencyKey};
use crate::idempotency::Fingerprint;

const TTL: Duration = Duration::from_secs(60);
const LONG: Duration = Duration::from_secs(60);

/// A server that ends with the test.
struct Server {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Server {
    /// `None` where there is none on this machine; in CI that is a failure.
    async fn start() -> Option<Self> {
        let Ok(program) = std::env::var("TEST_REDIS") else {
            assert!(
                std::env::var_os("CI").is_none(),
                "TEST_REDIS is not set; run it by `cargo xtask test`"
            );
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let child = Command::new(program)
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
            .args(["--appendonly", "yes", "--appendfsync", "always", "--dir"])
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self {
            child,
            port,
            _folder: folder,
        };
        let limit = Env::system().now() + Duration::from_secs(20);
        while server.open(TTL).ping().await.is_err() {
            assert!(Env::system().now() < limit, "the server does not answer");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Some(server)
    }

    fn open(&self, ttl: Duration) -> Redis {
        let url = format!("redis://127.0.0.1:{}/0", self.port);
        Redis::open(&url, "redis:", ttl).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn key(name: &str) -> Key {
    Key::new("r", None, &IdempotencyKey::new(name).unwrap())
}

fn claim(owner: u64, body: &str, lease: Duration) -> Claim {
    Claim {
        owner,
        fingerprint: Fingerprint::EMPTY.with(body.as_bytes()),
        lease,
    }
}

fn answer() -> Kept {
    Kept {
        status: 201,
        content_type: Some("application/json".into()),
        location: Some("/v1/x".into()),
        error_type: None,
        // No text: it must pass unharmed.
        body: Some(vec![0, 255, 13, 10, 0].into()),
    }
}

/// One server for all of it: each part has keys of its own.
#[tokio::test(flavor = "multi_thread")]
async fn against_a_real_server() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    one_of_many_is_the_first(&server).await;
    a_key_goes_through_its_stages(&server).await;
    a_claim_that_died_is_taken_by_the_same_request_only(&server).await;
    what_is_over_is_gone(&server).await;
    server.child.kill().unwrap();
    let store = server.open(TTL);
    let began = Env::system().now();
    let away = store.claim(&key("k"), &claim(1, "a", LONG)).await;
    let error = away.unwrap_err().to_string();
    assert!(error.contains("redis: does not answer"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(10));
}

async fn one_of_many_is_the_first(server: &Server) {
    let stores = [Arc::new(server.open(TTL)), Arc::new(server.open(TTL))];
    let calls: Vec<_> = (0..50_usize)
        .map(|owner| {
            let store = Arc::clone(&stores[owner % 2]);
            crate::spawn(async move {
                let claim = claim(owner as u64, "a", LONG);
                store.claim(&key("many"), &claim).await.unwrap() == Claimed::First
            })
        })
        .collect();
    let mut first = 0;
    for call in calls {
        first += usize::from(call.await.unwrap());
    }
    assert_eq!(first, 1);
}

async fn a_key_goes_through_its_stages(server: &Server) {
    let (store, key) = (server.open(TTL), key("stages"));
    let first = claim(1, "a", LONG);
    assert_eq!(store.claim(&key, &first).await.unwrap(), Claimed::First);
    let seen = store.claim(&key, &claim(2, "a", LONG)).await.unwrap();
    assert!(
        matches!(seen, Claimed::InFlight(left) if left > LONG / 2),
        "{seen:?}"
    );
    store.keep(&key, &first, &answer(), TTL).await.unwrap();
    let seen = server.open(TTL).claim(&key, &claim(2, "a", LONG)).await;
    assert_eq!(seen.unwrap(), Claimed::Before(answer()));
    let seen = store.claim(&key, &claim(3, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Other);
    // What is kept is neither released nor kept again.
    store.release(&key, &first).await.unwrap();
    let seen = store.claim(&key, &claim(2, "a", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Before(answer()));
}

async fn a_claim_that_died_is_taken_by_the_same_request_only(server: &Server) {
    let (store, key) = (server.open(TTL), key("died"));
    let died = claim(1, "a", Duration::from_millis(1));
    store.claim(&key, &died).await.unwrap();
    let second = claim(2, "a", LONG);
    let limit = Env::system().now() + Duration::from_secs(10);
    while store.claim(&key, &second).await.unwrap() != Claimed::First {
        assert!(Env::system().now() < limit);
    }
    let seen = store.claim(&key, &claim(3, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::Other);
    // Who lost its claim takes nothing from its successor.
    store.keep(&key, &died, &answer(), TTL).await.unwrap();
    store.release(&key, &died).await.unwrap();
    store.renew(&key, &died).await.unwrap();
    let seen = store.claim(&key, &claim(4, "a", LONG)).await.unwrap();
    assert!(
        matches!(seen, Claimed::InFlight(left) if left > LONG / 2),
        "{seen:?}"
    );
    store.release(&key, &second).await.unwrap();
    let seen = store.claim(&key, &claim(5, "b", LONG)).await.unwrap();
    assert_eq!(seen, Claimed::First);
}

async fn what_is_over_is_gone(server: &Server) {
    let (store, key) = (server.open(TTL), key("over"));
    let first = claim(1, "a", LONG);
    store.claim(&key, &first).await.unwrap();
    let ttl = Duration::from_millis(1);
    store.keep(&key, &first, &answer(), ttl).await.unwrap();
    let limit = Env::system().now() + Duration::from_secs(10);
    while store.claim(&key, &claim(2, "b", LONG)).await.unwrap() != Claimed::First {
        assert!(Env::system().now() < limit);
    }
}

#[test]
fn a_url_that_is_none_is_refused_without_its_password() {
    let error = Redis::open("redis://:hunter2@", "redis:", TTL).unwrap_err();
    assert_eq!(error.exit_code(), 78);
    assert!(!error.to_string().contains("hunter2"));
}
