//! The clock, by the word of others.

use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use chassis::context::Env;

use super::dependencies::{calling, server};
use super::visit_with;

#[test]
fn a_dependency_with_another_time_is_named() {
    let address = server(b"HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
    let found = calling(&format!("http://{address}"), &[]);
    found.says(
        "clock.skew",
        "warning",
        &["ahead of that of orders", "days"],
    );
    assert_eq!(found.code, 1);
    let address = server(b"HTTP/1.1 200 OK\r\nDate: Fri, 06 Nov 2099 08:49:37 GMT\r\n\r\n");
    let found = calling(&format!("http://{address}"), &[]);
    found.says("clock.skew", "warning", &["behind that of orders"]);
}

#[test]
fn a_file_from_the_future_shows_a_clock_that_was_set_back() {
    let visit = visit_with(&[("chassis.toml", "")], &[]);
    let file = File::options()
        .append(true)
        .open(visit.folder.join("chassis.toml"))
        .unwrap();
    let tomorrow = Env::system().wall() + Duration::from_secs(30 * 3_600);
    file.set_modified(tomorrow).unwrap();
    let found = visit.found();
    found.says(
        "clock.future",
        "warning",
        &["chassis.toml", "29 hours in the future"],
    );
}

/// A library that lies before libc's: once file `JUMPED` is there, the wall clock is a minute ahead.
const JUMPING: &str = r#"
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && clock == CLOCK_REALTIME && access(getenv("JUMPED"), F_OK) == 0)
        now->tv_sec += 60;
    return failed;
}
"#;

/// A server that sets the clock of its callers, by making `file`, before it answers.
fn clock_setter(file: &Path) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let file = file.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 1024]);
            // By then the clock was looked at for the first time.
            thread::sleep(Duration::from_millis(500));
            File::create(&file).unwrap();
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
        }
    });
    address
}

#[test]
fn a_clock_that_jumps_meanwhile_is_named() {
    let visit = visit_with(&[("jumping.c", JUMPING)], &["--set", "patient.calls=true"]);
    let (library, jumped) = (visit.folder.join("jumping.so"), visit.folder.join("jumped"));
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-o"]).arg(&library);
    let compiled = compiler.arg(visit.folder.join("jumping.c")).status();
    if !compiled.is_ok_and(|compiled| compiled.success()) {
        return super::skipped("no C compiler makes a clock that jumps");
    }
    let url = format!("client.orders.url=http://{}", clock_setter(&jumped));
    let found = visit
        .args(&["--set", &url])
        .var("LD_PRELOAD", library.to_str().unwrap())
        .var("JUMPED", jumped.to_str().unwrap())
        .found();
    found.says("clock.jumped", "warning", &["the clock moved by 6"]);
    assert_eq!(found.code, 1);
}
