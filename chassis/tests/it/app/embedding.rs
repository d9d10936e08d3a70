//! Starting within a program that has a runtime of its own.

use chassis::Chassis;
use chassis::config::Inputs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

use super::press;

/// Free ports, and no noise on the output of the tests.
const QUIET: &str = "
    http.listen = '127.0.0.1:0'
    probe.listen = '127.0.0.1:0'
    admin.listen = '127.0.0.1:0'
    logs = { level = 'error', access = false }
";

/// The whole answer to a GET on a connection of its own.
async fn get(url: &str, path: &str) -> std::io::Result<String> {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// A program that starts a service, asks it and stops it.
async fn program() {
    let inputs = Inputs::none().file("chassis.toml", QUIET);
    let running = Chassis::new("press").inputs(inputs).start(press).await;
    let running = running.unwrap();
    let listeners = running.listeners();
    let service = listeners.service("press").unwrap().to_owned();
    let probe = listeners.probe("press").unwrap().to_owned();
    let answer = get(&service, "/v1/page/one").await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.ends_with("\r\n\r\n\"one\""), "{answer}");
    let ready = get(&probe, "/readyz").await.unwrap();
    assert!(ready.starts_with("HTTP/1.1 200 "), "{ready}");
    assert!(running.stop().await.is_clean());
    for url in [service, probe] {
        assert!(get(&url, "/readyz").await.is_err(), "{url} still listens");
    }
}

#[test]
fn a_service_runs_on_the_runtime_of_its_program() {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(program());
    }
}

#[test]
fn a_start_that_fails_is_the_error_of_its_program() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let inputs = Inputs::none().file("chassis.toml", QUIET);
        let failing = async |_| Err(chassis::Error::unavailable("no paper"));
        let started = Chassis::new("press").inputs(inputs).start(failing).await;
        let error = started.unwrap_err();
        assert_eq!(error.exit_code(), 69);
        assert_eq!(error.to_string(), "no paper");
    });
}
