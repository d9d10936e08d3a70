//! A foreign TLS server: nginx with OpenSSL. `TEST_NGINX` is its path.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use super::*;
use crate::http::client::{Client as General, Protocol};
use crate::http::tls::tests::authority::{Authority, Pair};

/// A server that ends with the test.
struct Nginx {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Nginx {
    /// One that shows `pair`, and by ALPN speaks HTTP/2 only where it `has_h2`. `None` where there is
    /// none on this machine; in CI that is a failure.
    async fn start(pair: &Pair, has_h2: bool) -> Option<Self> {
        let Ok(program) = std::env::var("TEST_NGINX") else {
            assert!(
                std::env::var_os("CI").is_none(),
                "TEST_NGINX is not set; run it by `cargo xtask test`"
            );
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(at("own.pem"), &pair.certificate).unwrap();
        std::fs::write(at("own.key"), &pair.key).unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|kind| format!("{kind}_temp_path {};", at(kind)))
            .concat();
        let h2 = if has_h2 { "http2" } else { "" };
        let config = format!(
            "daemon off; master_process off; pid {pid}; error_log /dev/null;
             events {{}}
             http {{
               access_log off; {temporary}
               server {{
                 listen 127.0.0.1:{port} ssl {h2};
                 ssl_protocols TLSv1.2 TLSv1.3;
                 ssl_certificate {certificate}; ssl_certificate_key {key};
                 location / {{ return 200 \"$server_protocol $ssl_protocol\"; }}
               }}
             }}",
            pid = at("pid"),
            certificate = at("own.pem"),
            key = at("own.key"),
        );
        std::fs::write(at("nginx.conf"), config).unwrap();
        let child = Command::new(program)
            .args(["-e", "/dev/null", "-p", &at(""), "-c", &at("nginx.conf")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let nginx = Self {
            child,
            port,
            _folder: folder,
        };
        let limit = Env::system().now() + PATIENCE;
        while tokio::net::TcpStream::connect(("127.0.0.1", port))
            .await
            .is_err()
        {
            assert!(Env::system().now() < limit, "nginx does not listen");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Some(nginx)
    }

    /// What it answers a client that believes `authority`.
    async fn asked(&self, authority: &Authority, protocol: Protocol) -> Result<String, CallError> {
        let settings = Settings {
            url: Some(format!("https://localhost:{}", self.port)),
            tls: authority.believed(),
            protocol,
            ..Settings::default()
        };
        let client = General::open("bank", settings, &telemetry(Env::system())).unwrap();
        client.get("/x").send().await?.text().await
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn both_protocols_are_agreed_on_with_a_foreign_server() {
    let authority = Authority::new();
    let pair = authority.sign("localhost");
    let Some(both) = Nginx::start(&pair, true).await else {
        return;
    };
    for (protocol, said) in [
        (Protocol::Auto, "HTTP/2.0 TLSv1.3"),
        (Protocol::H2, "HTTP/2.0 TLSv1.3"),
        (Protocol::Http1, "HTTP/1.1 TLSv1.3"),
    ] {
        assert_eq!(both.asked(&authority, protocol).await.unwrap(), said);
    }
    let Some(one) = Nginx::start(&pair, false).await else {
        return;
    };
    let said = one.asked(&authority, Protocol::Auto).await.unwrap();
    assert_eq!(said, "HTTP/1.1 TLSv1.3");
    let error = one.asked(&authority, Protocol::H2).await.unwrap_err();
    assert_eq!(kind(&error), "connect", "{error:?}");
}

#[tokio::test]
async fn who_a_foreign_server_is_not_is_said_plainly() {
    let authority = Authority::new();
    let stranger = Authority::new();
    for (pair, said) in [
        (authority.sign_expired("localhost"), "expired"),
        (authority.sign("elsewhere.example"), "elsewhere.example"),
        (stranger.sign("localhost"), "nobody trusted here has signed"),
    ] {
        let Some(nginx) = Nginx::start(&pair, true).await else {
            return;
        };
        let error = nginx.asked(&authority, Protocol::Auto).await.unwrap_err();
        assert_eq!(kind(&error), "connect", "{error:?}");
        assert!(format!("{error:?}").contains(said), "{said}: {error:?}");
    }
}
