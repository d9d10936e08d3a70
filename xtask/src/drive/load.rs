//! [`Load`]: requests at a constant rate, by the program `load` of `xtask/bench/fault`.

use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::{Result, command};

/// What is offered: an open loop, see the program's own page.
#[derive(Debug)]
pub(crate) struct Load(Command);

/// A load that is being offered; ended when it is dropped.
pub(crate) struct Offering {
    child: Option<Child>,
    line: String,
}

/// What became of it. Latencies are in milliseconds and count from when a request was due.
#[derive(Debug)]
pub(crate) struct Report(Value);

impl Load {
    /// `GET path` at `address`, `rate` times a second for 5 s on 100 connections.
    pub(crate) fn new(program: &Path, address: SocketAddr, path: &str, rate: f64) -> Self {
        let mut line = roomy(program);
        line.arg("--address").arg(address.to_string());
        line.arg("--path")
            .arg(path)
            .arg("--rate")
            .arg(rate.to_string());
        Self(line)
    }

    /// How many requests may be under way; each has its connection, opened before.
    pub(crate) fn connections(self, connections: usize) -> Self {
        self.set("--connections", &connections.to_string())
    }

    /// How long it is measured, after so long that isn't counted.
    pub(crate) fn seconds(self, warm: f64, measured: f64) -> Self {
        self.set("--warm", &warm.to_string())
            .set("--seconds", &measured.to_string())
    }

    /// After how many milliseconds an answer is no good any more. 1,000 if it isn't said.
    pub(crate) fn patience(self, milliseconds: u32) -> Self {
        self.set("--patience", &milliseconds.to_string())
    }

    /// A header line of each request.
    pub(crate) fn header(self, name: &str, value: &str) -> Self {
        self.set("--header", &format!("{name}: {value}"))
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.0.args([name, value]);
        self
    }

    /// Begins to offer it, while the caller does something else.
    pub(crate) fn start(mut self) -> Result<Offering> {
        let line = command::line(&self.0);
        let child = self.0.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let child = child.map_err(|error| format!("{line}: {error}"))?;
        Ok(Offering {
            child: Some(child),
            line,
        })
    }

    /// Offers it to its end.
    pub(crate) fn run(self) -> Result<Report> {
        self.start()?.finish()
    }
}

impl Offering {
    /// Waits for its end.
    ///
    /// # Errors
    ///
    /// When the connections can't be opened; what happens to requests is in the report.
    pub(crate) fn finish(mut self) -> Result<Report> {
        let child = self.child.take().ok_or("a load ends once")?;
        let output = child.wait_with_output()?;
        if !output.status.success() {
            return Err(format!("{} ended with {}", self.line, output.status).into());
        }
        Ok(Report(serde_json::from_slice(&output.stdout)?))
    }
}

impl Drop for Offering {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // Both fail where it has ended already, which is what is wanted.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

impl Report {
    /// Whether the rate was offered in time; else a figure says more about this machine than about
    /// the service.
    pub(crate) fn kept(&self) -> bool {
        self.0["kept"] == true
    }

    /// Answers a second that were good, and came in time.
    pub(crate) fn goodput(&self) -> f64 {
        self.number("/goodput")
    }

    /// How many were sent, and how many of these were answered with 200.
    pub(crate) fn sent(&self) -> (f64, f64) {
        (self.number("/sent"), self.number("/statuses/200"))
    }

    /// The latency that 99 % of the answers with this status have at most.
    pub(crate) fn p99(&self, status: u16) -> f64 {
        self.number(&format!("/latency/{status}/p99"))
    }

    fn number(&self, pointer: &str) -> f64 {
        self.0
            .pointer(pointer)
            .and_then(Value::as_f64)
            .unwrap_or(0.0)
    }
}

impl std::fmt::Display for Report {
    /// One line for people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Value::Object(statuses) = &self.0["statuses"] else {
            return Ok(());
        };
        write!(
            f,
            "{} of {} sent, {:.0} good a second",
            self.0["sent"],
            self.0["due"],
            self.goodput()
        )?;
        for (status, count) in statuses {
            let at = |name: &str| self.number(&format!("/latency/{status}/{name}"));
            write!(
                f,
                "; {status}: {count}, p50 {:.1} p99 {:.1} ms",
                at("p50"),
                at("p99")
            )?;
        }
        write!(
            f,
            "; errors {}, unanswered {}",
            self.0["errors"], self.0["unanswered"]
        )?;
        write!(f, "; sent {:.1} ms late at p99", self.number("/lag/p99"))
    }
}

/// A line that starts `program` with as many file descriptors as the system allows: some systems give
/// 1,024 unless asked.
pub(crate) fn roomy(program: &Path) -> Command {
    let mut line = Command::new("sh");
    line.args(["-c", r#"ulimit -n "$(ulimit -Hn)"; exec "$0" "$@""#])
        .arg(program);
    line
}
