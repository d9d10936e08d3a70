//! A running shop: the binary as a child process, in a state folder of its own.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long the shop may take to be ready or to end: far more than it needs, so that a busy
/// machine fails no test.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// How the shop is run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    /// All services in one process.
    Composed,
    /// A process for each.
    Split,
    /// The orders without the services that they need.
    OrdersAlone,
}

pub(crate) struct Shop {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    /// The printed line that places an order.
    pub(crate) curl: String,
    // Last: the folder goes when the process has ended.
    state: Option<TempDir>,
}

impl Shop {
    /// Starts the shop and waits until it has printed its `curl` line.
    pub(crate) fn start(mode: Mode) -> Self {
        Self::start_with(mode, &[])
    }

    /// Starts it with settings `key=value`.
    pub(crate) fn start_with(mode: Mode, settings: &[String]) -> Self {
        let state = tempfile::tempdir().unwrap();
        let command = Self::command(mode, &state, settings);
        Self::run(command, state)
    }

    /// Kills it and starts it again with what it had written down until then.
    pub(crate) fn killed_and_started(mut self, mode: Mode, settings: &[String]) -> Self {
        self.signal("KILL");
        self.wait();
        let state = self.state.take().unwrap();
        let command = Self::command(mode, &state, settings);
        Self::run(command, state)
    }

    /// Starts it as a shell does: in a process group of its own, which Ctrl-C reaches as a whole.
    pub(crate) fn start_in_group(mode: Mode) -> Self {
        let state = tempfile::tempdir().unwrap();
        let mut command = Self::command(mode, &state, &[]);
        command.process_group(0);
        Self::run(command, state)
    }

    fn command(mode: Mode, state: &TempDir, settings: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
        // Any folder but the repository: it must run from everywhere.
        command
            .current_dir(state.path())
            .env("XDG_STATE_HOME", state.path());
        // What the developer's shell sets is none of the test's business.
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("CHASSIS_") {
                command.env_remove(variable);
            }
        }
        match mode {
            Mode::Composed => {}
            Mode::Split => drop(command.arg("split")),
            Mode::OrdersAlone => drop(command.arg("orders")),
        }
        for listener in ["http.listen", "probe.listen", "admin.listen"] {
            command.args(["--set", &format!("{listener}=127.0.0.1:0")]);
        }
        for setting in settings {
            command.args(["--set", setting]);
        }
        command
    }

    /// Runs it until it has printed its `curl` line.
    fn run(mut command: Command, state: TempDir) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let lines = read_lines(child.stdout.take().unwrap());
        let mut shop = Self {
            child,
            lines,
            seen: Vec::new(),
            curl: String::new(),
            state: Some(state),
        };
        shop.curl = shop.wait_for_curl();
        shop
    }

    /// The URL of the orders' listener, from the printed line.
    pub(crate) fn url(&self) -> String {
        let start = self.curl.find("http://").unwrap();
        let rest = &self.curl[start..];
        rest[..rest.find("/v1/").unwrap()].to_owned()
    }

    /// Where the listeners of this kind (`service`, `probe`, `admin`) are: `127.0.0.1:40123`.
    pub(crate) fn addresses(&mut self, kind: &str) -> Vec<String> {
        let word = format!(": {kind} http://");
        let printed = self.printed();
        let found = printed.lines().filter_map(|line| line.split_once(&word));
        // Log lines name them, too; they say more in front.
        let printed = found.filter(|(name, _)| name.chars().all(char::is_alphanumeric));
        printed.map(|(_, address)| address.to_owned()).collect()
    }

    /// Runs the printed line in a shell and gives the status that it was answered.
    pub(crate) fn run_curl(&self) -> String {
        let line = format!("{} -s -o /dev/null -w '\\n%{{http_code}}'", self.curl);
        let output = Command::new("sh").args(["-c", &line]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().last().unwrap_or_default().to_owned()
    }

    /// Sends a signal by name: `TERM`, `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        kill(name, &self.child.id().to_string());
    }

    /// Sends it to its whole process group, as Ctrl-C in a terminal does.
    pub(crate) fn signal_group(&self, name: &str) {
        kill(name, &format!("-{}", self.child.id()));
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let limit = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                Instant::now() < limit,
                "still running; printed:\n{}",
                self.printed()
            );
            thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// All that was printed until now.
    pub(crate) fn printed(&mut self) -> String {
        self.seen.extend(self.lines.try_iter());
        self.seen.join("\n")
    }

    fn wait_for_curl(&mut self) -> String {
        let limit = Instant::now() + PATIENCE;
        loop {
            match self
                .lines
                .recv_timeout(limit.saturating_duration_since(Instant::now()))
            {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if let Some(start) = line.find("curl ") {
                        return line[start..].to_owned();
                    }
                }
                Err(_) => panic!("no curl line; printed:\n{}", self.printed()),
            }
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn kill(signal: &str, target: &str) {
    let mut kill = Command::new("kill");
    let status = kill.args(["-s", signal, "--", target]).status().unwrap();
    assert!(status.success());
}

fn read_lines(output: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}
