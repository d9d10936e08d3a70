//! The probe and the admin listener, as processes show them.

use serde_json::Value;

use super::process::Process;
use super::wire::{get, send};

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_probe_listener_has_four_paths_and_no_details() {
    let mut process = Process::start("subject", &[]);
    process.address("admin");
    let probe = process.address("probe");
    for (path, text) in [
        ("/livez", "live\n"),
        ("/readyz", "ready\n"),
        ("/startupz", "started\n"),
    ] {
        assert_eq!(get(&probe, path), (200, text.to_owned()));
    }
    assert_eq!(get(&probe, "/metrics").0, 200);
    for path in ["/", "/hello", "/admin/health", "/admin/config"] {
        assert_eq!(get(&probe, path).0, 404, "{path}");
    }
}

#[test]
fn the_admin_listener_shows_health_ports_and_routes() {
    let mut process = Process::start("subject", &[]);
    let admin = process.address("admin");
    let health = json(&get(&admin, "/admin/health").1);
    assert_eq!(
        (&health["ready"], &health["stage"]),
        (&true.into(), &"running".into())
    );
    assert_eq!(
        json(&get(&admin, "/admin/ports").1)["ports"],
        Value::Array(vec![])
    );
    assert_eq!(
        json(&get(&admin, "/admin/routes").1)["contracts"],
        Value::Array(vec![])
    );
    assert_eq!(get(&admin, "/livez").0, 404);
}

#[test]
fn the_hexagon_is_there_as_data() {
    let mut process = Process::start("subject", &["--set", "http.timeout=3s"]);
    let (admin, service) = (process.address("admin"), process.address("service"));
    assert_eq!(get(&service, "/hello").0, 200);
    let page = json(&get(&admin, "/admin/hexagon").1);
    assert_eq!(page["service"], "subject");
    assert_eq!(page["state"]["name"], "ready");
    let component = &page["components"][0];
    assert_eq!(component["name"], "subject");
    let router = &component["inbound"][0];
    assert_eq!(
        (&router["kind"], &router["name"]),
        (&"router".into(), &"router 1".into())
    );
    let routes = router["routes"].as_array().unwrap();
    let hello = routes.iter().find(|route| route["path"] == "/hello");
    let hello = hello.unwrap();
    assert_eq!(
        (&hello["method"], &hello["figures"]["calls"]),
        (&"GET".into(), &1.into())
    );
    assert_eq!(router["figures"]["calls"], 1);
    let timeout = router["settings"].as_array().unwrap()[..]
        .iter()
        .find(|setting| setting["key"] == "http.timeout");
    assert_eq!(timeout.unwrap()["value"], Value::Null);
    assert_eq!(timeout.unwrap()["source"], "argument --set http.timeout");

    assert_eq!(get(&admin, "/admin/openapi.json").0, 404);
    let listed = json(&get(&admin, "/admin/routes").1);
    assert_eq!(listed["routers"][0]["routes"][0]["path"], "/block");

    let found = json(&get(&admin, "/admin/hexagon?find=slow").1);
    let routes = &found["components"][0]["inbound"][0]["routes"];
    assert_eq!(
        (routes.as_array().unwrap().len(), &routes[0]["path"]),
        (1, &"/slow/{ms}".into())
    );
}

#[test]
fn the_admin_listener_answers_no_stranger() {
    let mut process = Process::start("subject", &[]);
    let admin = process.address("admin");
    let ask = |headers: &[_]| send(&admin, "GET", "/admin/health", headers, "").0;
    assert_eq!(ask(&[]), 200);
    assert_eq!(ask(&[("host", "evil.test")]), 403);
    assert_eq!(ask(&[("origin", "http://evil.test")]), 403);
    assert_eq!(ask(&[("sec-fetch-site", "cross-site")]), 403);
}

#[test]
fn values_and_changes_need_the_token_of_the_state_folder() {
    let mut process = Process::start("subject", &[]);
    let admin = process.address("admin");
    assert_eq!(get(&admin, "/admin/config").0, 401);
    assert_eq!(send(&admin, "PUT", "/admin/log-level", &[], "debug").0, 401);

    let file = process.folder.join("state/chassis/subject/admin.token");
    let bearer = format!("Bearer {}", std::fs::read_to_string(file).unwrap());
    let token = [("authorization", bearer.as_str())];
    let (status, config) = send(&admin, "GET", "/admin/config", &token, "");
    assert_eq!(status, 200);
    let values = json(&config)["values"].as_array().unwrap().clone();
    assert!(
        values
            .iter()
            .any(|row| row["key"] == "stop.drain" && row["source"] == "default")
    );

    let (status, level) = send(&admin, "PUT", "/admin/log-level", &token, "debug");
    assert_eq!(
        (status, json(&level)["level"].as_str()),
        (200, Some("debug"))
    );
    assert_eq!(
        send(&admin, "PUT", "/admin/log-level", &token, "loud=very").0,
        422
    );
}

/// A request with the token and a JSON body: status and answer.
fn act(process: &Process, admin: &str, path: &str, body: &Value) -> (u16, Value) {
    let file = process.folder.join("state/chassis/subject/admin.token");
    let bearer = format!("Bearer {}", std::fs::read_to_string(file).unwrap());
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let (status, answer) = send(admin, "POST", path, &headers, &body.to_string());
    (status, json(&answer))
}

#[test]
fn a_request_is_tried_through_the_admin_listener() {
    let mut process = Process::start("subject", &[]);
    let admin = process.address("admin");
    let request = serde_json::json!({ "method": "GET", "path": "/hello" });
    let text = request.to_string();
    let form = [("content-type", "application/json")];
    assert_eq!(send(&admin, "POST", "/admin/try", &form, &text).0, 401);

    let (status, answer) = act(&process, &admin, "/admin/try", &request);
    assert_eq!((status, &answer["status"]), (200, &200.into()), "{answer}");
    assert_eq!(
        (&answer["body"], &answer["is_whole"]),
        (&"hello\n".into(), &true.into())
    );
    let trace = answer["trace_id"].as_str().unwrap();
    let headers = answer["headers"].as_array().unwrap();
    let id = headers.iter().find(|header| header[0] == "x-request-id");
    assert_eq!(id.unwrap()[1], trace);

    let nowhere = serde_json::json!({ "method": "DELETE", "path": "/%3Cscript%3E" });
    assert_eq!(
        act(&process, &admin, "/admin/try", &nowhere).1["status"],
        404
    );
    let foreign = serde_json::json!({ "method": "GET", "path": "http://evil.test/" });
    assert_eq!(act(&process, &admin, "/admin/try", &foreign).0, 422);
    let page = json(&get(&admin, "/admin/hexagon?find=hello").1);
    let route = &page["components"][0]["inbound"][0]["routes"][0];
    assert_eq!(route["figures"]["calls"], 1);
}

#[test]
fn a_handler_that_blocks_leaves_the_admin_listener_alone() {
    let mut process = Process::start("subject", &[]);
    let admin = process.address("admin");
    let block = serde_json::json!({ "method": "GET", "path": "/block/1000" });
    let (status, answer) = act(&process, &admin, "/admin/try", &block);
    assert_eq!((status, &answer["status"]), (200, &200.into()), "{answer}");
    assert_eq!(get(&admin, "/admin/health").0, 200);
}

#[test]
fn what_changes_something_is_not_read_without_the_token() {
    let mut process = Process::start("subject", &[]);
    let admin = process.address("admin");
    let long = "x".repeat(3 << 20);
    let file = process.folder.join("state/chassis/subject/admin.token");
    let bearer = format!("Bearer {}", std::fs::read_to_string(file).unwrap());
    let token = [("authorization", bearer.as_str())];
    let (status, answer) = send(&admin, "PUT", "/admin/log-level", &token, &long);
    assert_eq!(status, 413, "{answer}");
    for (path, method) in [("/admin/try", "POST"), ("/admin/log-level", "PUT")] {
        for headers in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://evil.test"),
            ("host", "evil.test"),
        ] {
            let both = [token[0], headers];
            assert_eq!(send(&admin, method, path, &both, "{}").0, 403, "{path}");
        }
    }
    // A head that promises a body which never comes: the token is missing, so nobody waits for it.
    let head =
        format!("PUT /admin/log-level HTTP/1.1\r\nhost: {admin}\r\ncontent-length: 9\r\n\r\n");
    let answer = super::wire::ask(&admin, &head).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
}

#[test]
fn wrong_tokens_are_slowed_down_and_the_right_one_comes_through() {
    let clock = chassis::context::Env::system();
    let mut process = Process::start("subject", &[]);
    let admin = process.address("admin");
    let wrong = [("authorization", "Bearer wrong")];
    let ask = || send(&admin, "GET", "/admin/config", &wrong, "").0;
    let begun = clock.now();
    for _ in 0..10 {
        assert_eq!(ask(), 401);
    }
    let free = clock.now() - begun;
    let begun = clock.now();
    assert_eq!(ask(), 401);
    let slowed = clock.now() - begun;
    assert!(
        slowed.as_millis() >= 990,
        "{slowed:?} after {free:?} for ten"
    );
    let request = serde_json::json!({ "method": "GET", "path": "/hello" });
    assert_eq!(act(&process, &admin, "/admin/try", &request).0, 200);
    let begun = clock.now();
    assert_eq!(act(&process, &admin, "/admin/try", &request).0, 200);
    assert!((clock.now() - begun).as_millis() < 900);
    // Who bears no token guesses nothing.
    assert_eq!(get(&admin, "/admin/config").0, 401);
    process.until(|this| this.out().contains("wrong admin tokens").then_some(()));
}

#[test]
fn an_unwritable_state_folder_turns_the_token_off_with_a_warning() {
    // A file lies where the folder should be: that stops root, too.
    let args = [
        "--set",
        "http.listen=127.0.0.1:0",
        "--set",
        "probe.listen=127.0.0.1:0",
    ];
    let more = ["--set", "admin.listen=127.0.0.1:0", "--profile", "dev"];
    let mut process = Process::bare(
        "subject",
        &[&args[..], &more[..]].concat(),
        &[("state", "in the way")],
    );
    let admin = process.address("admin");
    assert_eq!(get(&admin, "/admin/health").0, 200);
    let (status, body) = get(&admin, "/admin/config");
    assert_eq!(status, 403, "{body}");
    assert!(body.contains("admin.token"), "{body}");
    process.until(|this| this.out().contains("admin token is off").then_some(()));
}
