//! Against a real server: `TEST_REDIS` is the path of `redis-server`.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use super::super::tests::{LONG, TTL, claim, holds, key};
use super::*;
use crate::context::Env;

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

#[tokio::test(flavor = "multi_thread")]
async fn against_a_real_server() {
    let Some(mut server) = Server::start().await else {
        return;
    };
    holds(Arc::new(server.open(TTL)), Arc::new(server.open(TTL))).await;
    server.child.kill().unwrap();
    let store = server.open(TTL);
    let began = Env::system().now();
    let away = store.claim(&key("k"), &claim(1, "a", LONG)).await;
    let error = away.unwrap_err().to_string();
    assert!(error.contains("redis: does not answer"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_url_that_is_none_is_refused_without_its_password() {
    let error = Redis::open("redis://:hunter2@", "redis:", TTL).unwrap_err();
    assert_eq!(error.exit_code(), 78);
    assert!(!error.to_string().contains("hunter2"));
}
