//! How a service stops: nothing that was accepted is lost, and nothing hangs for ever.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Duration;

use super::process::Process;
use super::wire::{ask, get};

/// Shorter limits than those of production, so that the tests are quick.
const QUICK: [&str; 4] = ["--set", "stop.linger=300ms", "--set", "stop.drain=1s"];

fn start(more: &[&str]) -> Process {
    Process::start("subject", &[&QUICK[..], more].concat())
}

/// A request that is being answered: its headers are sent.
fn pending(address: &str, path: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    stream
}

/// Waits until `count` requests are at work.
fn at_work(process: &mut Process, count: usize) {
    let probe = process.address("probe");
    process.until(|_| {
        let (_, metrics) = get(&probe, "/metrics");
        let active = metrics
            .lines()
            .filter(|text| text.starts_with("http_server_active_requests{"));
        let sum: usize = active
            .filter_map(|text| text.rsplit(' ').next()?.parse::<f64>().ok())
            .map(|value| value as usize)
            .sum();
        (sum >= count).then_some(())
    });
}

/// What one caller saw: how many requests were answered, and the first that was not.
fn call_until_refused(address: &str) -> Result<usize, String> {
    let request = "GET /slow/5 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut answered = 0;
    loop {
        match ask(address, request) {
            Ok(answer) if answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("slow\n") => {
                answered += 1;
            }
            Ok(answer) => return Err(format!("after {answered}: {answer:?}")),
            // Nobody listens any more: this connection was never accepted.
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                return Ok(answered);
            }
            Err(error) => return Err(format!("after {answered}: {error}")),
        }
    }
}

#[test]
fn sigterm_under_load_loses_no_accepted_request() {
    let mut process = start(&[]);
    let address = process.address("service");
    let callers: Vec<_> = (0..16)
        .map(|_| {
            let address = address.clone();
            thread::spawn(move || call_until_refused(&address))
        })
        .collect();
    process.until(|_| (get(&address, "/hello").0 == 200).then_some(()));
    process.signal("TERM");
    let answered: Vec<_> = callers
        .into_iter()
        .map(|caller| caller.join().unwrap())
        .collect();
    let (code, _) = process.end();
    for count in &answered {
        assert!(matches!(count, Ok(1..)), "{answered:?}");
    }
    assert_eq!(code, Some(0), "{}", process.err());
}

#[test]
fn a_request_at_work_is_answered_and_says_that_the_connection_closes() {
    let mut process = start(&[]);
    let address = process.address("service");
    let mut stream = pending(&address, "/slow/700");
    at_work(&mut process, 1);
    process.signal("TERM");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("slow\n"),
        "{answer}"
    );
    assert!(
        answer.to_lowercase().contains("connection: close"),
        "{answer}"
    );
    assert_eq!(process.end().0, Some(0), "{}", process.err());
}

#[test]
fn while_it_stops_it_is_live_and_not_ready() {
    let mut process = start(&["--set", "stop.linger=3s"]);
    let probe = process.address("probe");
    assert_eq!(get(&probe, "/readyz").0, 200);
    process.signal("TERM");
    process.until(|_| (get(&probe, "/readyz").0 == 503).then_some(()));
    assert_eq!(get(&probe, "/livez").0, 200);
    let address = process.address("service");
    assert_eq!(get(&address, "/hello").0, 200);
}

#[test]
fn a_handler_that_hangs_is_left_behind_at_the_limit() {
    let mut process = start(&[]);
    let address = process.address("service");
    let _hanging = pending(&address, "/hang");
    at_work(&mut process, 1);
    process.signal("INT");
    let (code, took) = process.end();
    let err = process.err();
    assert_eq!(code, Some(70), "{err}");
    assert!(err.contains("1 connections with calls at work"), "{err}");
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_task_that_hangs_is_left_behind_by_name() {
    let mut process = start(&[
        "--set",
        "subject.stuck_task=true",
        "--set",
        "stop.rest=500ms",
    ]);
    process.address("admin");
    process.signal("INT");
    assert_eq!(process.end().0, Some(70));
    assert!(
        process.err().contains("the tasks stuck"),
        "{}",
        process.err()
    );
}

#[test]
fn a_second_signal_ends_at_once() {
    let mut process = Process::start("subject", &["--set", "stop.linger=20s"]);
    let probe = process.address("probe");
    process.address("admin");
    process.signal("TERM");
    process.until(|_| (get(&probe, "/readyz").0 == 503).then_some(()));
    process.signal("INT");
    let (code, took) = process.end();
    assert_eq!(code, Some(70));
    assert!(took < Duration::from_secs(10), "{took:?}");
    assert!(process.err().contains("second signal"), "{}", process.err());
}

#[test]
fn the_same_signal_twice_in_a_moment_is_one() {
    let mut process = start(&["--set", "stop.linger=1s"]);
    process.address("admin");
    process.signal_times("TERM", 2);
    let (code, _) = process.end();
    assert_eq!(code, Some(0), "{}", process.err());
}

#[test]
fn a_blocked_runtime_is_not_live_and_can_still_be_stopped() {
    let mut process = start(&["--set", "health.heartbeat=1s", "--set", "stop.rest=500ms"]);
    let (address, probe) = (process.address("service"), process.address("probe"));
    assert_eq!(get(&probe, "/livez").0, 200);
    let _blocking = pending(&address, "/block");
    process.until(|_| (get(&probe, "/livez").0 == 503).then_some(()));
    process.signal("INT");
    let (code, took) = process.end();
    assert_eq!(code, Some(70), "{}", process.err());
    assert!(took < Duration::from_secs(15), "{took:?}");
}

#[test]
fn what_hangs_the_shutdown_itself_is_ended_by_the_watchdog_with_the_phase() {
    let mut process = start(&[
        "--set",
        "subject.stuck_drop=true",
        "--set",
        "stop.timeout=1s",
    ]);
    process.address("admin");
    process.signal("INT");
    assert_eq!(process.end().0, Some(70));
    let err = process.err();
    assert!(
        err.contains("ended by force, hanging in phase close"),
        "{err}"
    );
}

#[test]
fn the_phases_come_in_order() {
    let mut process = start(&[]);
    process.address("admin");
    process.signal("TERM");
    assert_eq!(process.end().0, Some(0));
    let out = process.out();
    let lines = out
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let phases: Vec<String> = lines
        .filter_map(|line| find(&line, "phase")?.as_str().map(str::to_owned))
        .collect();
    let start = ["adapters", "warm-up", "register"];
    let stop = [
        "deregister",
        "linger",
        "stop accepting",
        "drain",
        "tasks",
        "telemetry",
    ];
    assert_eq!(phases, [&start[..], &stop[..]].concat(), "{out}");
}

/// The member `name`, wherever a log line keeps its fields.
fn find<'v>(line: &'v serde_json::Value, name: &str) -> Option<&'v serde_json::Value> {
    line.get(name).or_else(|| {
        line.as_object()?
            .values()
            .find_map(|value| find(value, name))
    })
}
