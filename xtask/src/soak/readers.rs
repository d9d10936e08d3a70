//! Ten thousand readers of a stream, as many as the shipped limits let in: what each costs, that each
//! hears a heartbeat, and that a stop ends all of them with the hint when to come back.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::Round;
use crate::drive::Program;
use crate::{Result, command, workspace};

const READERS: usize = 10_000;

/// Two heartbeats (`http.streaming.heartbeat`), and time for a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a reader may cost, in KiB of the service's memory.
const MOST: f64 = 40.0;

/// The longest that a stop may take, its five seconds of linger included.
const LIMIT: Duration = Duration::from_secs(20);

/// Builds the service that streams.
pub(super) fn prepare() -> Result<Round> {
    let mut build = workspace::cargo();
    let words = ["build", "--package", "bench-chassis", "--example"];
    command::run(build.args(words).arg("readers"))?;
    let target = workspace::target()?;
    let folder = target.join("soak");
    std::fs::create_dir_all(&folder)?;
    let program = target.join("debug/examples/readers");
    Ok(Box::new(move |_| round(&program, &folder)))
}

fn round(program: &Path, folder: &Path) -> Result<String> {
    let service = Program::service(Command::new(program), folder)?;
    let before = service.resident()?;
    let mut readers = Vec::new();
    for number in 1..=READERS {
        let reader = Reader::connect(service.address());
        readers.push(reader.map_err(|error| format!("reader {number}: {error}"))?);
    }
    all(&mut readers, "the item", "data: 7\n\n")?;
    all(&mut readers, "a heartbeat", "\n:\n\n")?;
    let each = (service.resident()? - before) * 1024.0 / READERS as f64;
    let begin = Instant::now();
    let status = service.end("TERM")?;
    let took = begin.elapsed();
    all(&mut readers, "when to come back", "retry: ")?;
    if !status.success() || took > LIMIT || each > MOST {
        return Err(format!("{each:.1} KiB each, ended with {status} after {took:.1?}").into());
    }
    Ok(format!(
        "{READERS} readers, {each:.1} KiB each, all told and ended within {took:.1?}"
    ))
}

/// Waits until every reader has heard `words`.
fn all(readers: &mut [Reader], what: &str, words: &str) -> Result {
    let start = Instant::now();
    loop {
        let mut missing = 0;
        for reader in readers.iter_mut() {
            missing += usize::from(!reader.has_heard(words)?);
        }
        if missing == 0 {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            return Err(format!("{missing} readers have not heard {what}").into());
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// A connection that streams.
struct Reader {
    stream: TcpStream,
    heard: Vec<u8>,
}

impl Reader {
    fn connect(address: SocketAddr) -> Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET /v1/news HTTP/1.1\r\nhost: soak\r\n\r\n")?;
        stream.set_nonblocking(true)?;
        let heard = Vec::new();
        Ok(Self { stream, heard })
    }

    fn has_heard(&mut self, words: &str) -> Result<bool> {
        let mut bytes = [0; 512];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => break,
                Ok(count) => self.heard.extend(&bytes[..count]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(String::from_utf8_lossy(&self.heard).contains(words))
    }
}
