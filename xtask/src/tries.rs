//! The commands that the book's chapters say to try, tried: every `sh` block outside of the ten-minute
//! chapter, which is followed as a whole by [`newcomer`].
//!
//! `cargo run -p …` runs the program that is built already, on free ports, until the block is over;
//! `curl …` must succeed and say something. A block with no program of its own asks the shop.

use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::drive::set;
use crate::pages::markdown::{self, Block};
use crate::{Result, command, newcomer, workspace};

/// Longer than any program takes to start on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a stream is read that has no end.
const STREAM: &str = "3";

/// What curl ends with when its time is over.
const TIMED_OUT: i32 = 28;

/// Tries all of them.
///
/// # Errors
///
/// At the first command that fails or says nothing, with its chapter and line.
pub(crate) fn check() -> Result {
    let mut build = workspace::cargo();
    build.args(["build", "--quiet", "--workspace", "--all-features"]);
    command::run(build.args(["--bin", "hello", "--bin", "shop"]))?;
    let mut tried = 0;
    for chapter in chapters()? {
        for block in markdown::blocks(&fs::read_to_string(workspace::root().join(&chapter))?) {
            if block.language == "sh" {
                tried += block_of(&block)
                    .map_err(|error| format!("{chapter}:{}: {error}", block.line))?;
            }
        }
    }
    println!("{tried} commands of the book's chapters do what they say");
    Ok(())
}

/// Every page of the book but the one that is followed as a whole.
fn chapters() -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(workspace::root().join("docs/src"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let path = format!("docs/src/{name}");
        if name.ends_with(".md") && path != newcomer::CHAPTER {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Tries a block line by line; gives how many there were.
fn block_of(block: &Block) -> Result<usize> {
    let mut running = None;
    let mut tried = 0;
    for line in block.text.lines() {
        let line = line.split(" #").next().unwrap_or_default().trim();
        if let Some(words) = line.strip_prefix("cargo run -p ") {
            // The one before has to make room first.
            drop(running.take());
            running = Some(Running::start(words)?);
        } else if line.starts_with("curl ") {
            let running = match &mut running {
                Some(running) => running,
                none => none.insert(Running::start("shop")?),
            };
            running.curl(line)?;
        } else if !line.is_empty() && !line.starts_with("cargo xtask ") {
            return Err(format!("nobody knows how to try {line:?}").into());
        }
        tried += 1;
    }
    Ok(tried)
}

/// A program that a reader has started; it ends with this.
struct Running {
    child: Child,
    /// The ports that the book says, and those that it has here.
    ports: [(&'static str, String); 3],
}

impl Running {
    /// Starts `hello -- --profile dev` and waits until it says that it is ready.
    fn start(words: &str) -> Result<Self> {
        let (name, arguments) = words.split_once(" -- ").unwrap_or((words, ""));
        let folder = workspace::target()?.join("tries");
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder)?;
        let output = folder.join("stdout.txt");
        let mut line = Command::new(workspace::target()?.join("debug").join(name));
        line.args(arguments.split_whitespace())
            .current_dir(&folder)
            .env("XDG_STATE_HOME", &folder)
            .env("CHASSIS_LOGS__FORMAT", "text")
            .stdin(Stdio::null())
            .stdout(File::create(&output)?);
        let ports = ports()?;
        // The parts of a split find free ones by themselves.
        if arguments != "split" {
            let keys = ["http.listen", "probe.listen", "admin.listen"];
            for (key, (_, address)) in keys.iter().zip(&ports) {
                set(&mut line, key, address);
            }
        }
        let child = line.spawn()?;
        let mut running = Self { child, ports };
        running.wait(&output).map_err(|error| {
            let said = fs::read_to_string(&output).unwrap_or_default();
            format!("{words}: {error}\n{said}")
        })?;
        Ok(running)
    }

    fn wait(&mut self, output: &Path) -> Result {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            let said = fs::read_to_string(output)?;
            if said.contains(": ready") || said.contains("\ncurl ") {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("it ended with {status}").into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("it is not ready".into())
    }

    fn curl(&self, line: &str) -> Result {
        let mut typed = line.to_owned();
        for (port, address) in &self.ports {
            typed = typed.replace(port, address);
        }
        let streams = typed.contains(" -N ");
        if streams {
            typed = typed.replacen("curl ", &format!("curl --max-time {STREAM} "), 1);
        }
        let output = Command::new("sh").arg("-c").arg(&typed).output()?;
        let code = output.status.code();
        let ended = output.status.success() || (streams && code == Some(TIMED_OUT));
        match ended && !output.stdout.is_empty() {
            true => Ok(()),
            false => Err(format!(
                "{line} ended with {} and said {:?}",
                output.status,
                String::from_utf8_lossy(&output.stdout)
            )
            .into()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // As Ctrl-C does: the parts of a split end with it.
        let mut interrupt = Command::new("kill");
        drop(command::run(
            interrupt.arg("-INT").arg(self.child.id().to_string()),
        ));
        drop(self.child.wait());
    }
}

/// The usual addresses, each with one that was free a moment ago.
fn ports() -> Result<[(&'static str, String); 3]> {
    let listen = || TcpListener::bind("127.0.0.1:0");
    let held = [listen()?, listen()?, listen()?];
    let [http, probe, admin] = held.each_ref().map(TcpListener::local_addr);
    Ok([
        ("127.0.0.1:8080", http?.to_string()),
        ("127.0.0.1:9464", probe?.to_string()),
        ("127.0.0.1:9465", admin?.to_string()),
    ])
}
