//! Several services: in one process, each in its own, one alone.

use super::process::Process;
use super::wire::get;

const QUICK: [&str; 4] = ["--set", "stop.linger=0s", "--set", "stop.drain=1s"];

/// Starts the pair and gives the address of its announced line.
fn announced(process: &mut Process) -> String {
    process.until(|this| {
        let out = this.out();
        let mut lines = out.lines();
        let line = lines.find_map(|line| line.strip_prefix("curl http://"))?;
        line.strip_suffix("/v1/greetings/you").map(str::to_owned)
    })
}

/// The processes that answered, the last first.
fn greeted(address: &str) -> Vec<u64> {
    let (status, body) = get(address, "/v1/greetings/you");
    assert_eq!(status, 200, "{body}");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body["text"], "Hello, you!");
    let processes = body["processes"].as_array().unwrap();
    processes.iter().map(|id| id.as_u64().unwrap()).collect()
}

#[test]
fn composed_they_share_a_process_and_a_listener() {
    let mut process = Process::start("pair", &QUICK);
    let address = announced(&mut process);
    assert_eq!(process.address_of("pair", "service"), address);
    let processes = greeted(&address);
    assert!(
        processes.len() == 3 && processes.iter().all(|id| *id == processes[0]),
        "{processes:?}"
    );
    let admin = process.address_of("pair", "admin");
    let (_, routes) = get(&admin, "/admin/routes");
    for word in ["front", "back", "/v1/greetings/{name}", "/v1/words/{name}"] {
        assert!(routes.contains(word), "{routes}");
    }
    assert!(get(&admin, "/admin/ports").1.contains("local:"));
    assert!(
        get(&address, "/openapi.json")
            .1
            .contains("/v1/words/{name}")
    );
    process.signal("TERM");
    assert_eq!(process.end().0, Some(0), "{}", process.err());
}

#[test]
fn split_they_find_each_other_and_end_with_their_parent() {
    for signal in ["TERM", "KILL"] {
        let mut process = Process::bare("pair", &[&["split"], &QUICK[..]].concat(), &[]);
        let address = announced(&mut process);
        assert_eq!(process.address_of("front", "service"), address);
        let back = process.address_of("back", "service");
        let processes = greeted(&address);
        let distinct = processes[0] == processes[2] && processes[0] != processes[1];
        assert!(processes.len() == 3 && distinct, "{processes:?}");
        process.signal(signal);
        let (code, _) = process.end();
        assert_eq!(code, (signal == "TERM").then_some(0), "{}", process.err());
        // Nobody listens any more where they did, also when nobody could tell them.
        for address in [address, back] {
            super::process::eventually(|| std::net::TcpStream::connect(&address).is_err());
        }
    }
}

#[test]
fn what_a_killed_split_left_is_removed_by_the_next() {
    let args = [&["split"], &QUICK[..]].concat();
    let mut killed = Process::bare("pair", &args, &[]);
    announced(&mut killed);
    let all = killed.folder.join("state/chassis/pair/split");
    let folders = || {
        let entries = std::fs::read_dir(&all).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut folders: Vec<_> = paths.filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    };
    let left = folders();
    assert_eq!(left.len(), 1);
    // One that lives keeps its own.
    let mut living = killed.again("pair", &args);
    announced(&mut living);
    assert_eq!(folders().len(), 2);
    killed.signal("KILL");
    killed.end();
    assert!(folders().contains(&left[0]));
    let mut next = killed.again("pair", &args);
    let address = announced(&mut next);
    assert!(!folders().contains(&left[0]));
    assert_eq!(folders().len(), 2);
    greeted(&address);
    for process in [&mut living, &mut next] {
        process.signal("TERM");
        assert_eq!(process.end().0, Some(0), "{}", process.err());
    }
    assert!(folders().is_empty(), "{:?}", folders());
}

#[test]
fn one_runs_alone_and_says_that_the_other_is_not_known() {
    let mut process = Process::start("pair", &[&["front"], &QUICK[..]].concat());
    let address = process.address_of("front", "service");
    let (status, body) = get(&address, "/v1/greetings/you");
    assert_eq!(status, 503, "{body}");
    process.until(|this| {
        this.out()
            .contains("no instance of the service is known")
            .then_some(())
    });
    process.signal("TERM");
    assert_eq!(process.end().0, Some(0), "{}", process.err());
}
