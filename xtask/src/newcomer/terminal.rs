//! The terminal in which a service runs: a real one, by `script`, so that the service shows what it
//! shows to a person, and Ctrl-C is the key and not a signal.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::expect;
use crate::Result;

/// Longer than a first build takes.
const BUILD: Duration = Duration::from_secs(900);

/// Longer than a start takes, once cargo says that it runs the program.
const START: Duration = Duration::from_secs(60);

/// Longer than a stop takes by its own limit.
const STOP: Duration = Duration::from_secs(40);

pub(super) struct Terminal {
    child: Child,
    output: PathBuf,
}

impl Terminal {
    /// Types a line into a new one; `command` brings the variables.
    pub(super) fn start(
        mut command: Command,
        line: &str,
        folder: &Path,
        output: PathBuf,
    ) -> Result<Self> {
        // In the shell's place: a plain sh that waits would end by Ctrl-C itself, with 130.
        let typed = format!("stty cols 110 rows 50; exec {}", line.trim());
        command.args(["--quiet", "--flush", "--return", "--command", &typed]);
        command.arg(&output).current_dir(folder);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let child = command
            .spawn()
            .map_err(|error| format!("script, which gives a program a terminal: {error}"))?;
        Ok(Self { child, output })
    }

    /// Waits until this is seen, and gives all that is.
    ///
    /// # Errors
    ///
    /// When it isn't seen in time, or the program ends before.
    pub(super) fn wait(&mut self, shown: &str) -> Result<String> {
        let mut limit = Instant::now() + BUILD;
        let mut runs = false;
        loop {
            let ended = self.child.try_wait()?;
            let seen = self.seen();
            if expect::shows(&seen, shown) {
                return Ok(seen);
            }
            if !runs && seen.contains("     Running `") {
                (runs, limit) = (true, Instant::now() + START);
            }
            if ended.is_some() || Instant::now() > limit {
                return Err(expect::missing(shown, &seen).into());
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses Ctrl-C, waits for the end, and gives what was printed after the key.
    ///
    /// # Errors
    ///
    /// When it doesn't end within the limit of a stop, or not well.
    pub(super) fn interrupt(mut self) -> Result<String> {
        let before = self.seen().len();
        let stdin = self
            .child
            .stdin
            .as_mut()
            .ok_or("the terminal has no keys")?;
        stdin.write_all(b"\x03")?;
        stdin.flush()?;
        let start = Instant::now();
        while start.elapsed() < STOP {
            if let Some(status) = self.child.try_wait()? {
                let seen = self.seen().split_off(before);
                if status.success() {
                    return Ok(seen);
                }
                return Err(format!("it ended with {status}:\n{seen}").into());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(format!("it still runs {STOP:?} after Ctrl-C:\n{}", self.seen()).into())
    }

    /// What a person sees by now, without colours.
    fn seen(&self) -> String {
        let raw = fs::read(&self.output).unwrap_or_default();
        plain(&String::from_utf8_lossy(&raw))
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // Both fail where it has ended, which is what is wanted. The program gets a hang-up.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// The text without escape sequences and carriage returns.
pub(super) fn plain(text: &str) -> String {
    let mut kept = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => match letters.next() {
                // CSI: parameters, then one letter.
                Some('[') => drop(letters.find(|end| ('@'..='~').contains(end))),
                // OSC: a title or a link, up to the bell or a backslash.
                Some(']') => drop(letters.find(|end| matches!(end, '\u{7}' | '\\'))),
                _ => {}
            },
            '\r' => {}
            letter => kept.push(letter),
        }
    }
    kept
}
