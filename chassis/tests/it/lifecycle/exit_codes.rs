//! Exit codes and what is said with them.

use std::net::TcpListener;

use super::process::Process;
use super::wire::get;

fn ends(args: &[&str], code: i32, words: &[&str]) {
    let mut process = Process::start("subject", args);
    let (ended, _) = process.end();
    let err = process.err();
    assert_eq!(ended, Some(code), "{err}");
    for word in words {
        assert!(err.contains(word), "`{word}` is not in: {err}");
    }
}

#[test]
fn a_service_that_is_asked_to_stop_ends_with_0() {
    for signal in ["TERM", "INT"] {
        let mut process = Process::start("subject", &["--set", "stop.linger=100ms"]);
        let address = process.address("service");
        assert_eq!(get(&address, "/hello"), (200, "hello\n".to_owned()));
        process.signal(signal);
        assert_eq!(process.end().0, Some(0), "{}", process.err());
    }
}

#[test]
fn a_bad_configuration_is_one_report_and_78() {
    let own = "[http]\nlisen = '127.0.0.1:0'\n[stop]\ndrain = 'soon'\n";
    let words = [
        "http.lisen",
        "did you mean `listen`",
        "stop.drain",
        "chassis.toml:2",
    ];
    let user = ("[subject]\naway = 3\n", "subject.away");
    let unknown = ("[subjct]\naway = true\n", "subjct");
    for (section, key) in [user, unknown] {
        let text = format!("{own}{section}");
        let mut process = Process::bare("subject", &[], &[("chassis.toml", &text)]);
        assert_eq!(process.end().0, Some(78));
        let err = process.err();
        for word in words.iter().chain([&key]) {
            assert!(err.contains(word), "`{word}` is not in: {err}");
        }
    }
}

#[test]
fn two_listeners_on_one_port_are_a_finding() {
    let args = [
        "--set",
        "probe.listen=0.0.0.0:9999",
        "--set",
        "admin.listen=127.0.0.1:9999",
    ];
    ends(
        &args,
        78,
        &["admin.listen", "the same port as probe.listen"],
    );
}

#[test]
fn an_unknown_registry_is_a_finding_with_the_known_ones() {
    ends(
        &["--set", "registry.url=zebra://x"],
        78,
        &["registry.url", "zebra", "memory:"],
    );
}

#[test]
fn a_taken_port_is_69_with_the_key_to_change() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    for listener in ["http.listen", "probe.listen", "admin.listen"] {
        let set = format!("{listener}={address}");
        ends(&["--set", &set], 69, &["cannot listen on", listener]);
    }
}

#[test]
fn an_address_of_another_machine_is_69_with_the_key_to_change() {
    // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
    ends(
        &["--set", "http.listen=192.0.2.1:0"],
        69,
        &["no such address", "http.listen"],
    );
}

#[test]
fn a_required_dependency_that_stays_away_is_69_after_being_live_but_not_ready() {
    let probe = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .to_string();
    let set = format!("probe.listen={probe}");
    let args = [
        "--set",
        &set,
        "--set",
        "subject.away=true",
        "--set",
        "start.timeout=3s",
    ];
    let mut process = Process::start("subject", &args);
    process.until(|_| std::net::TcpStream::connect(&probe).ok());
    assert_eq!(get(&probe, "/livez").0, 200);
    assert_eq!(get(&probe, "/readyz").0, 503);
    assert_eq!(get(&probe, "/startupz").0, 503);
    assert_eq!(process.end().0, Some(69));
    let err = process.err();
    assert!(
        err.contains("warehouse (nobody there)") && err.contains("start.timeout"),
        "{err}"
    );
}

#[test]
fn a_bug_in_composing_is_70() {
    ends(
        &["--set", "subject.panics=true"],
        70,
        &["composing subject panicked"],
    );
}

#[test]
fn check_opens_nothing_and_says_how_it_is() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let set = format!("http.listen={}", taken.local_addr().unwrap());
    let mut good = Process::start("subject", &["--check", "--set", &set]);
    assert_eq!(good.end().0, Some(0), "{}", good.err());
    ends(
        &["--check", "--set", "subject.awy=true"],
        78,
        &["subject.awy", "away"],
    );
}

#[test]
fn config_lists_the_values_with_their_sources() {
    let mut process = Process::start("subject", &["--config", "--set", "subject.word=hello"]);
    assert_eq!(process.end().0, Some(0), "{}", process.err());
    let out = process.out();
    for line in [
        "subject.word = \"hello\"",
        "subject.away = false",
        "stop.drain = \"15s\"",
    ] {
        assert!(out.contains(line), "`{line}` is not in: {out}");
    }
    assert!(out.contains("--set subject.word"), "{out}");
}

#[test]
fn help_and_version_are_answered() {
    let mut help = Process::bare("subject", &["--help"], &[]);
    assert_eq!(help.end().0, Some(0));
    assert!(help.out().starts_with("Usage: subject"), "{}", help.out());
    let mut version = Process::bare("subject", &["--version"], &[]);
    assert_eq!(version.end().0, Some(0));
    assert!(version.out().starts_with("subject 0."), "{}", version.out());
}

#[test]
fn probe_says_whether_the_running_service_is_ready() {
    let mut service = Process::start("subject", &[]);
    let set = format!("probe.listen={}", service.address("probe"));
    let asked = ["--profile", "dev", "--probe", "--set", &set];
    let mut probe = service.again("subject", &asked);
    assert_eq!(probe.end().0, Some(0), "{}", probe.err());
    assert_eq!(probe.out(), "ready\n");

    drop(service);
    ends(
        &["--probe", "--set", &set],
        69,
        &["nothing answers", "/readyz", "is the service running"],
    );
    ends(&["--probe"], 78, &["set probe.listen to one of its own"]);
}
