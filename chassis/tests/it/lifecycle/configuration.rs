//! Configurations that are no good: the process says all of it in one report and ends with 78.

use super::process::Process;

/// The report of the process that finds these files.
fn report(files: &[(&str, &str)], args: &[&str]) -> String {
    // A section of the service's own is only asked for when the probe listens.
    let free: &[&str] = match args.iter().any(|arg| arg.starts_with("probe.listen")) {
        true => &[],
        false => &["--set", "probe.listen=127.0.0.1:0"],
    };
    let mut process = Process::bare("subject", &[args, free].concat(), files);
    judged(&mut process)
}

fn judged(process: &mut Process) -> String {
    let (code, _) = process.end();
    let err = process.err();
    assert_eq!(code, Some(78), "{err}\n{}", process.out());
    assert_eq!(err.matches("bad configuration").count(), 1, "{err}");
    err
}

#[track_caller]
fn says(report: &str, words: &[&str]) {
    for word in words {
        assert!(report.contains(word), "`{word}` is not in: {report}");
    }
}

#[test]
fn an_unset_variable_is_named_with_its_place() {
    let text = "[http]\nlisten = '${NO_SUCH_ADDRESS}'\n";
    let report = report(&[("chassis.toml", text)], &[]);
    says(
        &report,
        &["http.listen", "NO_SUCH_ADDRESS", "chassis.toml:2:", "mend"],
    );
}

#[test]
fn a_missing_key_says_how_to_set_it() {
    let report = report(&[("chassis.toml", "[subject]\nneeds = true\n")], &[]);
    says(
        &report,
        &["needs.warehouse", "missing", "CHASSIS_NEEDS__WAREHOUSE"],
    );
}

#[test]
fn a_wrong_type_says_what_was_expected() {
    let text = "[subject]\naway = 'perhaps'\n";
    let report = report(&[("chassis.toml", text)], &[]);
    says(&report, &["subject.away", "perhaps", "true or false"]);
}

#[test]
fn faults_of_files_and_arguments_are_in_one_report() {
    let text = "[http]\nlisen = '127.0.0.1:0'\nmax_body = 'lots'\nidle_timeout = '${IDLE}'\n";
    let args = [
        "--set",
        "stop.drain=soon",
        "--set",
        "probe.listen=0.0.0.0:9999",
        "--set",
        "admin.listen=127.0.0.1:9999",
    ];
    let report = report(&[("chassis.toml", text)], &args);
    says(
        &report,
        &[
            "http.lisen",
            "did you mean `listen`",
            "http.max_body",
            "IDLE is not set",
            "stop.drain",
            "the same port as probe.listen",
        ],
    );
}

#[test]
fn a_file_that_is_no_toml_is_shown_where() {
    let report = report(&[("chassis.toml", "[http]\nlisten = \n")], &[]);
    says(&report, &["not TOML", "chassis.toml:2:"]);
}

#[test]
fn a_file_that_is_no_text_is_shown_where() {
    let folder = std::env::temp_dir().join(format!("chassis-bytes-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("chassis.toml"), b"[http]\nlisten = '\xff'\n").unwrap();
    let mut process = Process::bare("subject", &["--config-dir", folder.to_str().unwrap()], &[]);
    let report = judged(&mut process);
    std::fs::remove_dir_all(&folder).unwrap();
    says(&report, &["not UTF-8", "chassis.toml:2:"]);
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let folder = std::env::temp_dir().join(format!("chassis-folder-{}", std::process::id()));
    // A folder of that name can't be read as a file, not even by root.
    std::fs::create_dir_all(folder.join("chassis.toml")).unwrap();
    let mut process = Process::bare("subject", &["--config-dir", folder.to_str().unwrap()], &[]);
    let report = judged(&mut process);
    std::fs::remove_dir_all(&folder).unwrap();
    says(&report, &["can't be read", "chassis.toml", "mend"]);
}
