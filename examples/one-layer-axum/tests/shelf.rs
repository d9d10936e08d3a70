//! The program over a socket: what its one layer counts and sends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// Longer than it takes to start and to send a batch, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Killed when dropped.
struct Shelf {
    child: Child,
    address: String,
}

impl Shelf {
    fn start(collector: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_one-layer-axum"))
            .arg("127.0.0.1:0")
            .env("COLLECTOR", collector)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A collector that hands on what comes.
fn collector() -> (String, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("otlp+http://{}", listener.local_addr().unwrap());
    let (send, received) = mpsc::channel();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let (mut all, mut chunk) = (Vec::new(), [0; 4096]);
            while let Ok(count @ 1..) = stream.read(&mut chunk) {
                all.extend_from_slice(&chunk[..count]);
                if send.send(all.clone()).is_err() {
                    return;
                }
            }
        }
    });
    (url, received)
}

#[test]
fn it_is_short() {
    let lines = include_str!("../src/main.rs").lines();
    let count = lines.filter(|line| !line.contains("// ANCHOR")).count();
    assert!(count <= 40, "{count} lines");
}

#[test]
fn one_layer_counts_by_route_and_continues_the_trace() {
    let (url, received) = collector();
    let shelf = Shelf::start(&url);
    let parent = format!("traceparent: 00-{TRACE}-b7ad6b7169203331-01\r\n");
    let answer = shelf.get("/items/4711", &parent);
    assert!(answer.ends_with("12 pieces of 4711\n"), "{answer}");
    assert!(shelf.get("/nowhere", "").starts_with("HTTP/1.1 404"));

    let page = shelf.get("/metrics", "");
    for part in [
        "http_server_request_duration_seconds_count{http_request_method=\"GET\",http_route=\"/items/{sku}\"",
        "service_name=\"shelf\"",
        "http_response_status_code=\"200\"",
        "http_server_active_requests{http_request_method=\"GET\",url_scheme=\"http\"} 0",
    ] {
        assert!(page.contains(part), "no {part} in {page}");
    }

    let id: Vec<u8> = (0..16)
        .map(|byte| u8::from_str_radix(&TRACE[byte * 2..][..2], 16).unwrap())
        .collect();
    let name = b"GET /items/{sku}";
    let holds = |all: &[u8], part: &[u8]| all.windows(part.len()).any(|window| window == part);
    loop {
        let sent = received.recv_timeout(PATIENCE).expect("no span came");
        if holds(&sent, &id) && holds(&sent, name) {
            break;
        }
    }
}
