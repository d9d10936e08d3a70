//! chromedriver, the program between us and Chromium.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Result;

/// The variable with chromedriver's path; `cargo xtask test` sets it.
pub const CHROMEDRIVER: &str = "TEST_CHROMEDRIVER";

/// The variable with Chromium's path; `cargo xtask test` sets it.
pub const CHROMIUM: &str = "TEST_CHROMIUM";

/// The paths of chromedriver and Chromium, or `None`, said on stderr, where they are not set.
///
/// # Panics
///
/// In CI, where they are not set: a missing browser is a failure there.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn programs_for_test() -> Option<(PathBuf, PathBuf)> {
    let path = |variable| env::var_os(variable).map(PathBuf::from);
    if let (Some(driver), Some(chromium)) = (path(CHROMEDRIVER), path(CHROMIUM)) {
        return Some((driver, chromium));
    }
    assert!(
        env::var_os("CI").is_none(),
        "{CHROMEDRIVER} and {CHROMIUM} are not set: run cargo xtask test"
    );
    eprintln!("skipped: {CHROMEDRIVER} and {CHROMIUM} are not set; cargo xtask test sets them");
    None
}

/// A running chromedriver; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Driver {
    child: Child,
    pub(crate) port: u16,
}

impl Driver {
    /// Starts one on a port that it chooses, and waits until it says which.
    ///
    /// # Errors
    ///
    /// When the program can't be started, or ends without naming its port.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let output = child.stdout.take().map(BufReader::new);
        let lines = output.into_iter().flat_map(BufRead::lines);
        let port = lines
            .map_while(std::result::Result::ok)
            .find_map(|line| port(&line));
        let mut driver = Self { child, port: 0 };
        driver.port = port.ok_or_else(|| {
            let status = driver.child.wait();
            format!("{} named no port and ended: {status:?}", program.display())
        })?;
        Ok(driver)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `ChromeDriver was started successfully on port 38881.`
fn port(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}
