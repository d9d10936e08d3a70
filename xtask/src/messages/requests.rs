//! Answers that refuse or fail: the requests that bring them about, sent byte by byte to a running
//! service.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::case::Program;
use super::mask::mask;
use super::stage::{Living, PATIENCE, Stage};
use super::table::{ASKED, Ask, Send, To};
use crate::Result;

/// The part of the page.
///
/// # Errors
///
/// When the service cannot be started, or answers another status than the case says.
pub(super) fn part(stage: &Stage) -> Result<String> {
    let service = Service::start(stage, &[("CHASSIS_ADMIN__TOKEN", "open-sesame")])?;
    let crowded = Service::start(stage, &[("CHASSIS_HTTP__MAX_IN_FLIGHT", "1")])?;
    let locked = Service::start(stage, &[("XDG_STATE_HOME", "/dev/null")])?;
    let mut part = ABOUT.to_owned();
    let mut failed = Vec::new();
    for ask in ASKED {
        let said = match ask.to {
            To::Service | To::Admin => service.answer(ask),
            To::Crowded => crowded.crowd(ask),
            To::Locked => locked.answer(ask),
        };
        let said = match said {
            Ok(said) => said,
            Err(error) => {
                failed.push(format!("{:?}: {error}", ask.title));
                continue;
            }
        };
        part.push_str(&format!(
            "\n### {}\n\n```console\n{}\n```\n\n```text\n{said}\n```\n",
            ask.title,
            typed(ask)
        ));
        if !ask.advice.is_empty() {
            part.push_str(&format!("\n{}\n", ask.advice));
        }
    }
    match failed.is_empty() {
        true => Ok(part),
        false => Err(failed.join("\n").into()),
    }
}

const ABOUT: &str = "
## In an answer

Every refusal is `application/problem+json` (RFC 9457). The `type` is what programs look at, `detail`
is for the person who reads it, further members are the numbers in it. What went wrong inside of the
service is never told to its callers; it stands in the service's log under the same `x-request-id`.
";

/// A running service of its own.
struct Service {
    _child: Living,
    folder: PathBuf,
    service: String,
    admin: String,
}

impl Service {
    fn start(stage: &Stage, set: &[(&str, &str)]) -> Result<Self> {
        let (mut line, folder) = stage.command(Program::Mishap("workshop"))?;
        for key in ["HTTP", "PROBE", "ADMIN"] {
            line.env(format!("CHASSIS_{key}__LISTEN"), "127.0.0.1:0");
        }
        line.env("CHASSIS_LOGS__FORMAT", "text")
            .envs(set.iter().copied())
            .stdout(fs::File::create(folder.join(".stdout"))?)
            .stderr(fs::File::create(folder.join(".stderr"))?);
        let child = Living::start(&mut line)?;
        let ready = until(&folder, |log| log.contains(": ready"))?;
        let listener = |kind: &str| -> Result<String> {
            let mark = format!("workshop: {kind} http://");
            let (_, after) = ready
                .split_once(&mark)
                .ok_or("it does not say where it listens")?;
            let end = after.find([',', '\n', ' ']).unwrap_or(after.len());
            Ok(after[..end].to_owned())
        };
        Ok(Self {
            service: listener("service")?,
            admin: listener("admin")?,
            _child: child,
            folder,
        })
    }

    /// Asks, and shows the answer and, where it is wanted, the lines of the log.
    fn answer(&self, ask: &Ask) -> Result<String> {
        let before = fs::read_to_string(self.folder.join(".stdout"))?.len();
        let address = match ask.to {
            To::Admin | To::Locked => &self.admin,
            _ => &self.service,
        };
        let answer = exchange(address, ask)?;
        let folder = self.folder.display().to_string();
        let mut said = mask(&shown(&answer, ask.status)?, &folder);
        if let Some(mark) = ask.log {
            let log = until(&self.folder, |log| log[before..].contains(mark))?;
            let lines: Vec<&str> = log[before..]
                .lines()
                .filter(|line| !line.contains("INFO") || line.contains(mark))
                .collect();
            said.push_str("\n\n# In the service's log:\n");
            said.push_str(&seconds(&mask(&lines.join("\n"), &folder)));
        }
        Ok(said)
    }

    /// Asks while another call is at work.
    fn crowd(&self, ask: &Ask) -> Result<String> {
        let start = Instant::now();
        loop {
            let mut other = TcpStream::connect(&self.service)?;
            other.write_all(b"GET /v1/slow HTTP/1.1\r\nhost: localhost\r\n\r\n")?;
            let answer = exchange(&self.service, ask)?;
            match shown(&answer, ask.status) {
                Err(_) if start.elapsed() < PATIENCE => {}
                shown => return shown,
            }
        }
    }
}

/// Waits until the log is as wanted, and gives it.
fn until(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<String> {
    let start = Instant::now();
    loop {
        let log = fs::read_to_string(folder.join(".stdout"))?;
        if wanted(&log) {
            return Ok(log);
        }
        if start.elapsed() > PATIENCE {
            return Err(format!("waited in vain for a line of the log:\n{log}").into());
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Sends the request and reads until the other side hangs up.
fn exchange(address: &str, ask: &Ask) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let host = match ask.headers.iter().any(|(name, _)| *name == "host") {
        true => "",
        false => "host: localhost\r\n",
    };
    let mut request = format!("{} {} HTTP/1.1\r\n{host}", ask.method, ask.target());
    for (name, value) in ask.headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = ask.body();
    match ask.send {
        Send::Whole if body.is_empty() && ask.method == "GET" => {}
        Send::Whole => request.push_str(&format!("content-length: {}\r\n", body.len())),
        Send::Half | Send::Stalled => {
            request.push_str(&format!("content-length: {}\r\n", body.len() + 10));
        }
        Send::Pieces => request.push_str("transfer-encoding: chunked\r\n"),
    }
    request.push_str("connection: close\r\n\r\n");
    match ask.send {
        Send::Pieces => request.push_str(&format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())),
        _ => request.push_str(&body),
    }
    // It may refuse, and hang up, before all was sent.
    let _ = stream.write_all(request.as_bytes());
    if ask.send == Send::Half {
        stream.shutdown(Shutdown::Write)?;
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Status, the headers that say something, and the problem member by member.
fn shown(answer: &str, status: u16) -> Result<String> {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let mut lines = head.lines();
    let first = lines.next().unwrap_or_default();
    if !first.starts_with(&format!("HTTP/1.1 {status} ")) {
        return Err(format!("expected {status}, got {answer}").into());
    }
    let says = ["allow:", "retry-after:", "www-authenticate:"];
    let mut said = vec![first.to_owned()];
    said.extend(
        lines
            .filter(|line| says.iter().any(|name| line.starts_with(name)))
            .map(str::to_owned),
    );
    match serde_json::from_str::<Map<String, Value>>(body) {
        Ok(problem) => said.push(members(&problem)),
        Err(_) if body.is_empty() => {}
        Err(_) => said.push(body.to_owned()),
    }
    Ok(said.join("\n"))
}

fn members(problem: &Map<String, Value>) -> String {
    let known = ["type", "title", "status", "detail"];
    let others = problem
        .keys()
        .map(String::as_str)
        .filter(|key| !known.contains(key));
    let lines: Vec<String> = known
        .into_iter()
        .filter(|key| problem.contains_key(*key))
        .chain(others)
        .map(|key| format!("  \"{key}\": {}", problem[key]))
        .collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// `0.012345s` is `0.012s`: how long it took is another matter each time.
fn seconds(log: &str) -> String {
    let word = |word: &str| match word.strip_suffix('s').map(str::parse::<f64>) {
        Some(Ok(_)) => "0.012s".to_owned(),
        _ => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    log.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The request as curl would send it.
fn typed(ask: &Ask) -> String {
    let base = match ask.to {
        To::Admin | To::Locked => "localhost:9465",
        _ => "localhost:8080",
    };
    let mut line = "$ curl -i".to_owned();
    if ask.method != "GET" {
        line.push_str(&format!(" -X {}", ask.method));
    }
    for (name, value) in ask.headers {
        line.push_str(&format!(" -H '{name}: {value}'"));
    }
    match ask.body {
        "" => {}
        body => line.push_str(&format!(" -d '{body}'")),
    }
    line.push_str(&format!(" '{base}{}'", ask.target));
    if !ask.remark.is_empty() {
        line.push_str(&format!("   # {}", ask.remark));
    }
    line
}
