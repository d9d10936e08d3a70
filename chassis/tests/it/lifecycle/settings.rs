//! `--settings`: what is printed is a `chassis.toml` that says the defaults.

use super::process::Process;

fn printed() -> String {
    let mut process = Process::bare("subject", &["--settings"], &[]);
    assert_eq!(process.end().0, Some(0), "{}", process.err());
    process.out()
}

/// The line without its `#`, where that gives a key with a value or a heading.
fn uncommented(line: &str) -> &str {
    let bare = line.strip_prefix("# ").unwrap_or(line);
    let key = bare.split_once(" = ").map_or("", |(key, _)| key);
    let is_key = !key.is_empty() && key.chars().all(|c| c == '_' || c.is_ascii_lowercase());
    if is_key && !bare.contains("/run/secrets") {
        bare
    } else {
        line
    }
}

#[test]
fn the_service_s_own_sections_come_first() {
    let text = printed();
    let own = text.find("\n[subject]\n").unwrap();
    assert!(own < text.find("\n[http]\n").unwrap(), "{text}");
    assert!(text.contains("\n# Nothing: to be listed.\n"), "{text}");
    assert!(!text.contains("[store]"), "it has no store: {text}");
}

#[test]
fn the_defaults_that_are_printed_are_the_defaults() {
    let text = printed();
    let lines: Vec<&str> = text.lines().map(uncommented).collect();
    let keys = lines
        .iter()
        .filter(|line| !line.starts_with('#') && line.contains(" = "));
    assert!(keys.count() > 30, "{text}");

    let values = |files: &[(&str, &str)]| {
        let mut process = Process::bare("subject", &["--config"], files);
        assert_eq!(process.end().0, Some(0), "{}", process.err());
        let out = process.out();
        let rows = out.lines().filter_map(|line| line.split_once("  #"));
        rows.map(|(row, _)| row.trim().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(values(&[("chassis.toml", &lines.join("\n"))]), values(&[]));
}

#[test]
fn a_configuration_that_is_wrong_is_complained_of_after_it() {
    let files = [("chassis.toml", "[http]\nlisen = '127.0.0.1:0'\n")];
    let mut process = Process::bare("subject", &["--settings"], &files);
    assert_eq!(process.end().0, Some(78));
    assert!(process.out().contains("[http]"), "{}", process.out());
    assert!(process.err().contains("http.lisen"), "{}", process.err());
}
