//! The terminal in which commands are typed: one shell for the whole chapter, so that a folder or a
//! variable stays for the blocks that follow.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use crate::Result;

/// Longer than a first build takes.
const PATIENCE: Duration = Duration::from_secs(900);

/// What the shell prints after each block, with the status and the folder in which it now is.
const MARK: &str = "chapter-block-ended";

pub(super) struct Shell {
    child: Child,
    stdin: ChildStdin,
    lines: Receiver<String>,
    /// Where blocks are written before they are read in.
    block: PathBuf,
    folder: PathBuf,
}

impl Shell {
    /// Starts one; `command` brings folder and variables.
    pub(super) fn start(mut command: Command, folder: &Path, block: PathBuf) -> Result<Self> {
        command.args(["-c", "exec 2>&1; exec bash --noprofile --norc"]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.current_dir(folder).spawn()?;
        let stdin = child.stdin.take().ok_or("the shell has no input")?;
        let stdout = child.stdout.take().ok_or("the shell has no output")?;
        let (sender, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(stdout)
                .split(b'\n')
                .map_while(std::result::Result::ok)
            {
                if sender
                    .send(String::from_utf8_lossy(&line).into_owned())
                    .is_err()
                {
                    return;
                }
            }
        });
        Ok(Self {
            child,
            stdin,
            lines,
            block,
            folder: folder.to_owned(),
        })
    }

    /// Types a block and gives what it printed.
    ///
    /// # Errors
    ///
    /// When a line of it fails, or none does where one should.
    pub(super) fn run(&mut self, block: &str, succeeds: bool) -> Result<String> {
        fs::write(&self.block, block)?;
        let flag = if succeeds { "-e" } else { "+e" };
        let source = self.block.display();
        writeln!(
            self.stdin,
            "set {flag}; . {source} </dev/null; status=$?; set +e; printf '\\n%s %s %s\\n' {MARK} $status \"$PWD\""
        )?;
        let mut seen = String::new();
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                return Err(format!("this failed:\n{block}\n{seen}").into());
            };
            if let Some(rest) = line.strip_prefix(MARK) {
                let (status, folder) = rest.trim().split_once(' ').ok_or("the mark is cut off")?;
                self.folder = PathBuf::from(folder);
                if (status == "0") != succeeds {
                    return Err(format!("this ended with {status}:\n{block}\n{seen}").into());
                }
                return Ok(seen);
            }
            seen.push_str(&line);
            seen.push('\n');
        }
    }

    /// The folder in which the shell is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        // Fails where it has ended, which is what is wanted.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
