//! What a start says: a screen on a terminal, one event into a pipe.

use serde_json::Value;

use super::process::{Process, command, folder_with};

/// Columns that every terminal has.
const WIDTH: usize = 80;

const FREE: [&str; 6] = [
    "--set",
    "http.listen=127.0.0.1:0",
    "--set",
    "probe.listen=127.0.0.1:0",
    "--set",
    "admin.listen=127.0.0.1:0",
];

/// The subject on a terminal that calls itself `term`, with what it wrote until it was ready.
fn on_terminal(term: &str, vars: &[(&str, &str)], args: &[&str]) -> (Process, String) {
    let folder = folder_with(&[]);
    let mut command = command(&folder, "subject");
    command.args(FREE).args(args).env("TERM", term);
    command.envs(vars.iter().copied());
    let mut process = Process::on_terminal(folder, command);
    let text = process.until(|this| {
        let out = this.out();
        out.contains("  token    ").then_some(out)
    });
    (process, text.replace('\r', ""))
}

/// The lines of the screen, from its header on.
fn screen(text: &str) -> Vec<&str> {
    text.lines()
        .skip_while(|line| !line.contains("ready in"))
        .collect()
}

#[test]
fn a_terminal_gets_a_screen_of_a_dozen_lines() {
    let (process, text) = on_terminal("dumb", &[], &[]);
    let lines = screen(&text);
    assert!(lines[0].starts_with("subject 0."), "{text}");
    assert!(lines[0].contains(", profile prod, ready in "), "{text}");
    for (line, start) in lines[1..].iter().zip([
        "  service  http://127.0.0.1:",
        "  probe    http://127.0.0.1:",
        "  admin    http://127.0.0.1:",
        "  token    ",
    ]) {
        assert!(line.starts_with(start), "{text}");
    }
    let token = process.folder.join("state/chassis/subject/admin.token");
    assert_eq!(
        lines[4].trim_start_matches("  token    "),
        token.to_str().unwrap()
    );
    assert!(lines.len() <= 11, "{text}");
    assert!(lines.iter().all(|line| line.len() <= WIDTH), "{text}");
    let secret = std::fs::read_to_string(token).unwrap();
    assert!(!text.contains(&secret), "{text}");
}

#[test]
fn colour_is_for_terminals_that_want_it() {
    let (_process, text) = on_terminal("xterm-256color", &[], &[]);
    assert!(text.contains("\x1b[1msubject\x1b[0m "), "{text}");
    for (term, vars) in [("dumb", &[][..]), ("xterm-256color", &[("NO_COLOR", "1")])] {
        let (_process, text) = on_terminal(term, vars, &[]);
        assert!(!text.contains('\x1b'), "{text:?}");
    }
}

#[test]
fn what_is_missing_is_named() {
    let args = ["--set", "subject.lame=true"];
    let (_process, text) = on_terminal("dumb", &[], &args);
    let missing = screen(&text)
        .into_iter()
        .find(|line| line.starts_with("  missing"));
    let missing = missing.unwrap_or_else(|| panic!("{text}"));
    assert!(missing.contains("lame: "), "{text}");
}

#[test]
fn a_pipe_gets_one_event_that_says_all_of_it() {
    let mut process = Process::start("subject", &[]);
    process.address("admin");
    let out = process.out();
    let events = out
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let ready: Vec<Value> = events.filter(|event| event["message"] == "ready").collect();
    assert_eq!(ready.len(), 1, "{out}");
    let fields = &ready[0]["fields"];
    assert_eq!(ready[0]["service"], "subject");
    assert_eq!(fields["profile"], "dev");
    assert_eq!(fields["version"], env!("CARGO_PKG_VERSION"));
    assert!(fields["took_ms"].as_u64().is_some(), "{fields}");
    for part in [
        "subject: service http://",
        "subject: probe http://",
        "subject: admin http://",
    ] {
        assert!(
            fields["listeners"].as_str().unwrap().contains(part),
            "{fields}"
        );
    }
    for key in ["ports", "missing", "token"] {
        assert!(fields[key].is_string(), "{key}: {fields}");
    }
    assert!(
        !out.contains('\x1b') && !out.contains("  token    "),
        "{out}"
    );
}
