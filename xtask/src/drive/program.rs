//! A service as a child process.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::get;
use crate::{Result, command};

/// Longer than any program takes to start under callgrind, or to end.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server; killed when it is dropped without [`Program::interrupt`].
pub(crate) struct Program {
    child: Child,
    service: SocketAddr,
    probe: SocketAddr,
    admin: SocketAddr,
    output: PathBuf,
    /// What ends it soon.
    signal: &'static str,
}

impl Program {
    /// Starts a bare one and waits for its first line, `http://HOST:PORT`.
    ///
    /// # Errors
    ///
    /// When it can't be started or prints another first line.
    pub(crate) fn bare(mut line: Command) -> Result<Self> {
        let mut child = spawn(line.stdout(Stdio::piped()))?;
        let stdout = child
            .stdout
            .take()
            .ok_or("the program has no standard output")?;
        let mut first = String::new();
        BufReader::new(stdout).read_line(&mut first)?;
        let Some(service) = first
            .trim()
            .strip_prefix("http://")
            .and_then(|text| text.parse().ok())
        else {
            drop(child.kill());
            return Err(format!(
                "{} printed {first:?} in place of its address",
                command::line(&line)
            )
            .into());
        };
        Ok(Self {
            child,
            service,
            probe: service,
            admin: service,
            output: PathBuf::new(),
            // It has no handler, and what a shell starts in the background ignores SIGINT.
            signal: "TERM",
        })
    }

    /// Starts a service of the chassis on free ports, and waits until its probe says that it is
    /// ready. What it prints goes to a file in `folder`, which also holds its state.
    ///
    /// # Errors
    ///
    /// When it can't be started, ends, or isn't ready in time.
    pub(crate) fn service(mut line: Command, folder: &Path) -> Result<Self> {
        let [service, probe, admin] = free_ports()?;
        let output = folder.join("stdout.txt");
        for (key, address) in [
            ("http.listen", service),
            ("probe.listen", probe),
            ("admin.listen", admin),
        ] {
            set(&mut line, key, &address.to_string());
        }
        line.current_dir(folder)
            .env("XDG_STATE_HOME", folder)
            .stdout(File::create(&output)?);
        // A proven panic prints its trace there; it isn't news.
        line.stderr(File::create(folder.join("stderr.txt"))?);
        let child = spawn(&mut line)?;
        let mut program = Self {
            child,
            service,
            probe,
            admin,
            output,
            // Its own handler, which doesn't linger then.
            signal: "INT",
        };
        program.wait_until_ready(&command::line(&line))?;
        Ok(program)
    }

    fn wait_until_ready(&mut self, line: &str) -> Result {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Ok(answer) = get(self.probe, "/readyz", &[])
                && answer.status == 200
            {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!(
                    "{line} ended with {status} before it was ready:\n{}",
                    self.last_words()
                )
                .into());
            }
            // The only thing that this process does meanwhile is to ask again.
            std::thread::sleep(Duration::from_micros(200));
        }
        Err(format!(
            "{line} isn't ready after {PATIENCE:?}:\n{}",
            self.last_words()
        )
        .into())
    }

    /// All that it printed, for the message when it doesn't start.
    fn last_words(&self) -> String {
        let files = [
            self.output.clone(),
            self.output.with_file_name("stderr.txt"),
        ];
        files
            .iter()
            .filter_map(|file| std::fs::read_to_string(file).ok())
            .collect()
    }

    /// The listener that serves.
    pub(crate) fn address(&self) -> SocketAddr {
        self.service
    }

    /// The listener with `/metrics`.
    pub(crate) fn probe(&self) -> SocketAddr {
        self.probe
    }

    /// The listener with the pages.
    pub(crate) fn admin(&self) -> SocketAddr {
        self.admin
    }

    /// The processor's time that all its threads have taken so far.
    pub(crate) fn processor(&self) -> Result<Duration> {
        let mut nanos = 0;
        for thread in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let taken = std::fs::read_to_string(thread?.path().join("schedstat"))?;
            let taken = taken.split_whitespace().next();
            nanos += taken.ok_or("/proc names no schedstat")?.parse::<u64>()?;
        }
        Ok(Duration::from_nanos(nanos))
    }

    /// What it has printed so far.
    pub(crate) fn printed(&self) -> Result<String> {
        Ok(std::fs::read_to_string(&self.output)?)
    }

    /// The memory that it holds, in MiB.
    pub(crate) fn resident(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line
            .and_then(|line| line.split_whitespace().next())
            .ok_or("/proc names no VmRSS")?;
        Ok(kilobytes.parse::<f64>()? / 1024.0)
    }

    /// Ends it as Ctrl-C would and waits; callgrind writes its dump then.
    ///
    /// # Errors
    ///
    /// When it doesn't end in time; it is killed then.
    pub(crate) fn interrupt(self) -> Result<ExitStatus> {
        let signal = self.signal;
        self.end(signal)
    }

    /// Sends a signal and waits for the end.
    ///
    /// # Errors
    ///
    /// When it doesn't end in time; it is killed then.
    pub(crate) fn end(self, signal: &str) -> Result<ExitStatus> {
        self.end_within(signal, PATIENCE)
    }

    fn end_within(mut self, signal: &str, limit: Duration) -> Result<ExitStatus> {
        command::run(
            Command::new("kill")
                .arg(format!("-{signal}"))
                .arg(self.child.id().to_string()),
        )?;
        let start = Instant::now();
        while start.elapsed() < limit {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Err(format!("it was sent SIG{signal} and still runs after {limit:?}; it is killed").into())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail where the program has already ended, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sets a key of the configuration by its variable: `http.listen` is `CHASSIS_HTTP__LISTEN`.
pub(crate) fn set(line: &mut Command, key: &str, value: &str) {
    line.env(
        format!("CHASSIS_{}", key.replace('.', "__").to_uppercase()),
        value,
    );
}

fn spawn(line: &mut Command) -> Result<Child> {
    // One worker, so that instructions don't depend on how work was stolen.
    line.env("TOKIO_WORKER_THREADS", "1").stdin(Stdio::null());
    line.spawn()
        .map_err(|error| format!("{}: {error}", command::line(line)).into())
}

/// Three ports of loopback that were free a moment ago.
fn free_ports() -> Result<[SocketAddr; 3]> {
    let listen = || TcpListener::bind("127.0.0.1:0");
    let held = [listen()?, listen()?, listen()?];
    let [first, second, third] = held.each_ref().map(TcpListener::local_addr);
    Ok([first?, second?, third?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A bare program that does this once it has said where it is.
    fn program(traps: &str, script: &str) -> Program {
        let mut line = Command::new("/bin/sh");
        // It is known to run once it says where: by then the traps are set.
        line.args(["-c", &format!("{traps}; echo http://127.0.0.1:1; {script}")]);
        Program::bare(line).unwrap()
    }

    #[test]
    fn a_bare_program_ends_though_it_was_started_to_ignore_interrupts() {
        // As a shell starts what it runs in the background.
        let ignores = program("trap '' INT", "exec sleep 600");
        assert!(!ignores.interrupt().unwrap().success());
    }

    #[test]
    fn what_does_not_end_is_killed() {
        let program = program(
            "trap '' INT TERM",
            "while :; do read -r line || sleep 1; done",
        );
        let id = program.child.id();
        let limit = Duration::from_millis(50);
        let error = program.end_within("TERM", limit).unwrap_err();
        assert!(
            error.to_string().contains("still runs after 50ms"),
            "{error}"
        );
        assert!(!Path::new(&format!("/proc/{id}")).exists());
    }
}
