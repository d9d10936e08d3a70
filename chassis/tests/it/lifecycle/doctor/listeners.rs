//! Ports, and who answers on them.

use std::net::TcpListener;

use super::super::process::{Process, by_script, command, folder_with};
use super::super::wire::get;
use super::{Visit, WELL, visit, visit_in_prod};

#[test]
fn a_taken_port_is_69_with_the_key_to_change() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for key in ["http.listen", "probe.listen", "admin.listen"] {
        let found = visit(&["--set", &format!("{key}={address}")]).found();
        found.says("ports.taken", "error", &[key, &address]);
        assert_eq!(found.code, 69);
    }
}

#[test]
fn an_address_of_another_machine_is_69() {
    // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
    let found = visit(&["--set", "http.listen=192.0.2.1:8080"]).found();
    found.says("ports.no-address", "error", &["http.listen", "192.0.2.1"]);
    assert_eq!(found.code, 69);
}

#[test]
fn an_instance_that_runs_says_how_it_is() {
    let mut running = Process::start("patient", &[]);
    let admin = running.address_of("patient", "admin");
    let probe = running.address_of("patient", "probe");
    let sets = [
        format!("probe.listen={probe}"),
        format!("admin.listen={admin}"),
    ];
    let args = ["--set", &sets[0], "--set", &sets[1]];
    let found = visit(&args).found();
    let own: Vec<_> = found
        .all()
        .filter(|finding| finding["id"] == "ports.own")
        .collect();
    assert_eq!(own.len(), 2, "{:#}", found.report);
    assert_eq!(found.one("probe.ready")["status"], "ok");
    found.is_well();
    assert_eq!(get(&probe, "/readyz").0, 200);
}

#[test]
fn another_service_on_the_port_is_named() {
    let mut running = Process::start("subject", &[]);
    running.address("admin");
    let probe = running.address("probe");
    let found = visit(&["--set", &format!("probe.listen={probe}")]).found();
    found.says("ports.taken", "error", &["the service subject runs here"]);
    assert!(!found.has("probe.ready"));
}

#[test]
fn an_instance_that_is_not_ready_is_a_warning() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let set = format!("probe.listen={free}");
    let args = ["--set", &set, "--set", "patient.check=down"];
    let mut running = Process::start("patient", &args);
    running.until(|_| std::net::TcpStream::connect(free).ok());
    let found = visit(&["--set", &set]).found();
    found.says("probe.not-ready", "warning", &["patient", "not ready"]);
    assert_eq!(found.code, 1);
}

#[test]
fn loopback_is_reached_by_nobody_in_prod() {
    let loopback = [
        "--set",
        "http.listen=127.0.0.1:0",
        "--set",
        "probe.listen=127.0.0.1:0",
        "--set",
        "admin.listen=0.0.0.0:0",
    ];
    let found = visit_in_prod(&loopback).found();
    found.says("probe.loopback", "warning", &["probe.listen"]);
    found.says("probe.service-loopback", "warning", &["http.listen"]);
    found.says("probe.admin-open", "warning", &["admin.listen"]);
    let found = visit_in_prod(&[]).found();
    assert!(!found.has("probe.loopback") && !found.has("probe.admin-open"));
}

#[test]
fn a_port_that_only_root_may_have_is_69() {
    // Root without the one privilege; who is nobody special has it not anyway.
    let drop = "setpriv --bounding-set=-net_bind_service --inh-caps=-net_bind_service";
    let dropped = format!("[ $(id -u) = 0 ] || exec \"$0\" \"$@\"; exec {drop} \"$0\" \"$@\"");
    let ports = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
    if std::fs::read_to_string(ports).is_ok_and(|first| first.trim() == "0") {
        return super::skipped("every user may have every port here");
    }
    let folder = folder_with(&[]);
    let command = by_script(&folder, "patient", &dropped);
    let visit = Visit { folder, command }.args(&WELL);
    let found = visit.args(&["--set", "http.listen=127.0.0.1:81"]).found();
    found.says("ports.forbidden", "error", &["http.listen", "port 81"]);
    assert_eq!(found.code, 69);
}

#[test]
fn a_default_port_that_is_taken_is_a_note_in_dev() {
    // Where somebody else has it, it is taken as well.
    let _taken = TcpListener::bind("127.0.0.1:8080");
    let folder = folder_with(&[]);
    let command = command(&folder, "patient");
    let free = [
        "--profile",
        "dev",
        "--set",
        "probe.listen=127.0.0.1:0",
        "--set",
        "admin.listen=127.0.0.1:0",
    ];
    let found = Visit { folder, command }.args(&free).found();
    let moved = found.one("ports.moved");
    assert_eq!(moved["status"], "note", "{moved}");
    let what = moved["what"].as_str().unwrap();
    assert!(
        what.contains("http.listen: 127.0.0.1:8080 is taken"),
        "{what}"
    );
    found.is_well();
}

#[test]
fn an_instance_that_stands_still_is_a_warning() {
    // It would end itself soon after.
    let still = ["--set", "health.heartbeat=1s", "--set", "stop.timeout=1h"];
    let mut running = Process::start("subject", &still);
    let (service, probe) = (running.address("service"), running.address("probe"));
    assert_eq!(get(&service, "/block").0, 200);
    running.until(|_| (get(&probe, "/livez").0 == 503).then_some(()));
    let folder = folder_with(&[]);
    let command = command(&folder, "subject");
    let set = format!("probe.listen={probe}");
    let found = Visit { folder, command }
        .args(&WELL)
        .args(&["--set", &set])
        .found();
    found.says("probe.not-live", "warning", &["subject", "not live"]);
}
