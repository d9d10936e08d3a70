//! The same by files, as a process has them.

use std::fs;

use crate::lifecycle::process::Process;

const FREE: &str = "http.listen = '127.0.0.1:0'\nprobe.listen = '127.0.0.1:0'\n\
                    admin.listen = '127.0.0.1:0'\nlogs.format = 'json'\n";

fn start(more: &str) -> Process {
    let file = format!("{FREE}{more}");
    let mut process = Process::bare("subject", &["--profile", "dev"], &[("chassis.toml", &file)]);
    process.address("service");
    process
}

fn write(process: &Process, more: &str) {
    fs::write(process.folder.join("chassis.toml"), format!("{FREE}{more}")).unwrap();
}

fn hears(process: &mut Process, part: &str) {
    process.until(|this| this.out().contains(part).then_some(()));
}

#[test]
fn sighup_reads_the_files_at_once() {
    let never = "config.reload_interval = '0s'\n";
    let mut process = start(never);
    write(
        &process,
        &format!("{never}[client.default.retry]\nattempts = 2\n"),
    );
    process.signal("HUP");
    hears(&mut process, "client.default.retry.attempts unset → 2");
    write(
        &process,
        &format!("{never}[client.default.retry]\nattempts = 'no'\n"),
    );
    process.signal("HUP");
    hears(&mut process, "what held goes on holding");
    fs::remove_file(process.folder.join("chassis.toml")).unwrap();
    process.signal("HUP");
    hears(&mut process, "the file has gone since it was read last");
    process.signal("TERM");
    assert_eq!(process.end().0, Some(0));
}

#[test]
fn a_changed_file_is_noticed_by_itself() {
    let often = "config.reload_interval = '50ms'\n";
    let mut process = start(often);
    write(&process, &format!("{often}[port]\ntotal_timeout = '3s'\n"));
    hears(&mut process, "port.total_timeout unset → \\\"3s\\\"");
    // What is wrong is said once, not once an interval.
    write(
        &process,
        &format!("{often}[port]\ntotal_timeout = 'soon'\n"),
    );
    hears(&mut process, "what held goes on holding");
    write(&process, &format!("{often}[port]\ntotal_timeout = '4s'\n"));
    hears(&mut process, "port.total_timeout \\\"3s\\\" → \\\"4s\\\"");
    assert_eq!(process.out().matches("what held goes on").count(), 1);
}
