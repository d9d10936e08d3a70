//! `GET /admin/events`, as a page that is open reads it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::Value;

use super::process::{PATIENCE, Process, eventually};
use super::wire::{get, send};

/// A page that is open.
struct Reader(BufReader<TcpStream>);

/// One event: name and data.
type Event = (String, Value);

impl Reader {
    fn open(admin: &str) -> Self {
        let mut stream = TcpStream::connect(admin).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // HTTP/1.0: the body comes as it is, up to the end of the connection.
        let head = format!("GET /admin/events HTTP/1.0\r\nhost: {admin}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut reader = Self(BufReader::new(stream));
        let status = reader.line().unwrap();
        assert!(status.contains(" 200 "), "{status}");
        while reader.line().is_some_and(|line| !line.is_empty()) {}
        reader
    }

    /// The next line; none at the end.
    fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = self.0.read_line(&mut line).unwrap();
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event; none at the end.
    fn next(&mut self) -> Option<Event> {
        let (mut name, mut data) = (String::new(), String::new());
        loop {
            let line = self.line()?;
            match line.split_once(": ") {
                Some(("event", text)) => name = text.to_owned(),
                Some(("data", text)) => data = text.to_owned(),
                _ if line.is_empty() && !name.is_empty() => {
                    return Some((name, serde_json::from_str(&data).unwrap()));
                }
                _ => {}
            }
        }
    }

    /// Reads on until an event called `name` of which `wanted` is true.
    fn until(&mut self, name: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let (own, data) = self.next().unwrap();
            if own == name && wanted(&data) {
                return data;
            }
        }
    }
}

/// The id of the numbers of `GET path`.
fn figures(admin: &str, path: &str) -> Value {
    let page: Value = serde_json::from_str(&get(admin, "/admin/hexagon").1).unwrap();
    let routes = page["components"][0]["inbound"][0]["routes"].as_array();
    let route = routes.unwrap().iter().find(|route| route["path"] == path);
    route.unwrap()["figures"]["id"].clone()
}

fn row<'e>(ticks: &'e Value, id: &Value) -> Option<&'e Value> {
    let rows = ticks["figures"].as_array().unwrap();
    rows.iter().find(|row| row[0] == *id)
}

#[test]
fn an_open_page_hears_what_changes_and_that_the_process_stops() {
    let mut process = Process::start("subject", &["--set", "http.slow=20ms"]);
    let (admin, service) = (process.address("admin"), process.address("service"));
    let mut reader = Reader::open(&admin);
    let (first, ticks) = reader.next().unwrap();
    assert_eq!(first, "ticks");
    let hello = figures(&admin, "/hello");
    assert_eq!(row(&ticks, &hello).unwrap()[1], 0);
    let changes = reader.until("changes", |_| true);
    assert_eq!(changes["state"]["name"], "ready");
    assert_eq!(changes["slow"], Value::Array(vec![]));

    for _ in 0..5 {
        get(&service, "/hello");
    }
    let ticks = reader.until("ticks", |ticks| {
        row(ticks, &hello).is_some_and(|row| row[1] == 5)
    });
    let row = row(&ticks, &hello).unwrap();
    assert!(row[4].as_f64().unwrap() > 0.0 && row[6].as_f64().unwrap() > 0.0);

    get(&service, "/slow/30");
    get(&service, "/panic");
    let changes = reader.until("changes", |changes| !changes["failed"].is_null());
    let failed = &changes["failed"][0];
    assert_eq!(
        (&failed["status"], &failed["peer"]),
        (&500.into(), &"127.0.0.1".into())
    );
    let page: Value = serde_json::from_str(&get(&admin, "/admin/hexagon").1).unwrap();
    assert_eq!(page["slow"][0]["route"], "/slow/{ms}");
    assert!(page["slow"][0]["elapsed_ms"].as_f64().unwrap() >= 30.0);

    let token = process.folder.join("state/chassis/subject/admin.token");
    let bearer = format!("Bearer {}", std::fs::read_to_string(token).unwrap());
    let token = [("authorization", bearer.as_str())];
    send(&admin, "PUT", "/admin/log-level", &token, "debug");
    reader.until("changes", |changes| changes["log_level"] == "debug");

    process.signal("INT");
    reader.until("end", |_| true);
    assert_eq!(reader.next(), None);
    assert_eq!(process.end().0, Some(0));
}

#[test]
fn readers_are_bounded_and_make_room_when_they_leave() {
    let mut process = Process::start("subject", &[]);
    let admin = process.address("admin");
    // None of them reads a word.
    let readers: Vec<_> = (0..64).map(|_| Reader::open(&admin)).collect();
    let (status, why) = get(&admin, "/admin/events");
    assert_eq!(status, 503);
    assert!(why.contains("64 pages are open already"), "{why}");
    drop(readers);
    eventually(|| {
        let mut stream = TcpStream::connect(&admin).unwrap();
        let head = format!("GET /admin/events HTTP/1.0\r\nhost: {admin}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut status = String::new();
        BufReader::new(stream).read_line(&mut status).unwrap();
        status.contains(" 200 ")
    });
}
