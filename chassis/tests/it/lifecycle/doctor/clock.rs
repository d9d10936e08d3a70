//! The clock, by the word of others.

use std::fs::File;
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
