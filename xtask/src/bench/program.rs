//! A benched server as a child process.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::{Result, command};

/// A running server; killed when it is dropped without [`Program::interrupt`].
pub(super) struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    /// Starts it and waits for its first line, `http://HOST:PORT`.
    ///
    /// # Errors
    ///
    /// When it can't be started or prints another first line.
    pub(super) fn start(mut line: Command) -> Result<Self> {
        let mut child = line
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", command::line(&line)))?;
        let stdout = child
            .stdout
            .take()
            .ok_or("the program has no standard output")?;
        let mut first = String::new();
        BufReader::new(stdout).read_line(&mut first)?;
        let address = first
            .trim()
            .strip_prefix("http://")
            .and_then(|text| text.parse().ok());
        match address {
            Some(address) => Ok(Self { child, address }),
            None => {
                drop(child.kill());
                Err(format!(
                    "{} printed {first:?} in place of its address",
                    command::line(&line)
                )
                .into())
            }
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends it as Ctrl-C would and waits; callgrind writes its dump then.
    pub(super) fn interrupt(mut self) -> Result {
        command::run(
            Command::new("kill")
                .arg("-INT")
                .arg(self.child.id().to_string()),
        )?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Both fail where the program has already ended, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
