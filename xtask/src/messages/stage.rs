//! Running the cases: each in a folder of its own, with nothing of our own environment.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::case::{Case, Program, Shown};
use super::mask::mask;
use crate::{Result, command, workspace};

/// Longer than any case takes, on a busy machine.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// Where the programs lie, once they are built.
pub(super) struct Stage {
    programs: PathBuf,
    folder: PathBuf,
    count: AtomicUsize,
}

impl Stage {
    /// Builds the programs, as `cargo test` builds them.
    pub(super) fn build() -> Result<Self> {
        let mut build = workspace::cargo();
        build.args(["build", "--quiet", "--workspace", "--all-features"]);
        build.args(["--bin", "hello", "--bin", "shop", "--example", "mishaps"]);
        command::run(&mut build)?;
        let folder = std::env::temp_dir().join(format!("chassis-messages-{}", std::process::id()));
        Ok(Self {
            programs: workspace::target()?.join("debug"),
            folder,
            count: AtomicUsize::new(0),
        })
    }

    /// The program as a command, in a new folder.
    pub(super) fn command(&self, program: Program) -> Result<(Command, PathBuf)> {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(number.to_string());
        fs::create_dir_all(&folder)?;
        let file = match program {
            Program::Hello => self.programs.join("hello"),
            Program::Shop => self.programs.join("shop"),
            Program::Mishap(_) => self.programs.join("examples/mishaps"),
        };
        let mut line = Command::new(file);
        line.env_clear()
            .current_dir(&folder)
            .env("XDG_STATE_HOME", folder.join("state"))
            .stdin(Stdio::null());
        if let Program::Mishap(name) = program {
            line.env("MISHAP", name);
        }
        Ok((line, folder))
    }

    /// Runs a case and gives what a person reads of it.
    ///
    /// # Errors
    ///
    /// When it ends with another exit code than the case says, or says nothing.
    pub(super) fn play(&self, case: &Case) -> Result<String> {
        let (mut line, folder) = self.command(case.program)?;
        for (name, text) in &case.files {
            let file = folder.join(name);
            fs::create_dir_all(file.parent().unwrap_or(&folder))?;
            fs::write(file, text)?;
        }
        // Of two values of a variable the later one holds.
        for (name, value) in FREE.iter().chain(&case.quietly).chain(&case.variables) {
            line.env(name, value);
        }
        for argument in &case.arguments {
            let key = argument.split('=').next().unwrap_or_default();
            line.env_remove(format!("CHASSIS_{}", key.replace('.', "__").to_uppercase()));
        }
        line.args(&case.arguments);
        let output = run(line, &folder, case.serves)?;
        if output.status.code() != Some(case.code) {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(format!("it ended with {}: {said}", output.status).into());
        }
        let said = said(&output, case.shown);
        let said = mask(&said, &folder.display().to_string());
        match said.is_empty() {
            true => Err("it said nothing".into()),
            false => Ok(said),
        }
    }
}

/// Free ports, so that cases run beside each other and beside whatever else runs here.
const FREE: [(&str, &str); 4] = [
    ("CHASSIS_HTTP__LISTEN", "127.0.0.1:0"),
    ("CHASSIS_PROBE__LISTEN", "127.0.0.1:0"),
    ("CHASSIS_ADMIN__LISTEN", "127.0.0.1:0"),
    ("CHASSIS_LOGS__FORMAT", "text"),
];

impl Drop for Stage {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.folder));
    }
}

/// Runs it to its end. One that serves is stopped once it has said that it is ready.
fn run(mut line: Command, folder: &Path, serves: bool) -> Result<Output> {
    let (out, err) = (folder.join(".stdout"), folder.join(".stderr"));
    line.stdout(fs::File::create(&out)?)
        .stderr(fs::File::create(&err)?);
    let mut child = Living::start(&mut line)?;
    let start = Instant::now();
    let mut stopped = !serves;
    let status = loop {
        if let Some(status) = child.0.try_wait()? {
            break status;
        }
        if !stopped && fs::read_to_string(&out)?.contains(": ready") {
            stopped = true;
            command::run(
                Command::new("kill")
                    .arg("-INT")
                    .arg(child.0.id().to_string()),
            )?;
        }
        if start.elapsed() > PATIENCE {
            return Err("it does not end".into());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    Ok(Output {
        status,
        stdout: fs::read(&out)?,
        stderr: fs::read(&err)?,
    })
}

/// A child that doesn't outlive a failure.
pub(super) struct Living(pub(super) Child);

impl Living {
    pub(super) fn start(line: &mut Command) -> Result<Self> {
        let child = line
            .spawn()
            .map_err(|error| format!("{}: {error}", command::line(line)))?;
        Ok(Self(child))
    }
}

impl Drop for Living {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn said(output: &Output, shown: Shown) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    match shown {
        Shown::Complaint => String::from_utf8_lossy(&output.stderr).into_owned(),
        Shown::Warnings => {
            let is_bad = |line: &&str| line.contains("Z  WARN ") || line.contains("Z ERROR ");
            let lines: Vec<&str> = out.lines().filter(is_bad).collect();
            lines.join("\n")
        }
    }
}
