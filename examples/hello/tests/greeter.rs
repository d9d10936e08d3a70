//! The fifteen lines as a program: what they answer, and that there are fifteen.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Longer than it takes to start, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Killed when dropped.
struct Greeter(Child);

impl Drop for Greeter {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What it prints, line by line.
fn lines(output: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    lines
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    answer
}

#[test]
fn fifteen_lines_are_a_whole_service() {
    assert_eq!(include_str!("../src/main.rs").lines().count(), 15);

    let state = std::env::temp_dir().join(format!("hello-{}", std::process::id()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_hello"));
    for listener in ["http.listen", "probe.listen", "admin.listen"] {
        command.args(["--set", &format!("{listener}=127.0.0.1:0")]);
    }
    command
        .args(["--profile", "dev"])
        .env("XDG_STATE_HOME", &state);
    let mut greeter = Greeter(command.stdout(Stdio::piped()).spawn().unwrap());
    let lines = lines(greeter.0.stdout.take().unwrap());
    let address = |kind: &str| {
        let start = format!("greeter: {kind} http://");
        loop {
            let line = lines.recv_timeout(PATIENCE).expect("no such listener");
            if let Some(address) = line.strip_prefix(&start) {
                return address.to_owned();
            }
        }
    };
    let (service, probe) = (address("service"), address("probe"));
    assert!(get(&service, "/v1/greetings/Ada").ends_with("\"Hello, Ada!\""));
    assert!(get(&service, "/openapi.json").contains("/v1/greetings/{name}"));
    for path in ["/livez", "/readyz", "/startupz"] {
        get(&probe, path);
    }
    let page = get(&probe, "/metrics");
    assert!(
        page.contains("http_route=\"/v1/greetings/{name}\""),
        "{page}"
    );
    drop(greeter);
    let _ = std::fs::remove_dir_all(state);
}
