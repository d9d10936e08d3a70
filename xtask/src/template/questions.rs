//! What the generator asks who tells it nothing: little, and Enter is an answer to all of it.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Result, generate, tools, workspace};

/// The most that it may ask.
const QUESTIONS: usize = 4;

/// Longer than it takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs it in a terminal, where it asks, and presses Enter at each question.
pub(super) fn check(folder: &Path) -> Result {
    let folder = folder.join("asked");
    fs::create_dir(&folder)?;
    // Where the default answer expects it.
    symlink(workspace::root(), folder.join("chassis"))?;
    let seen = folder.join(".terminal");
    let questions = answer(&mut start(&folder, &seen)?, &seen)?;
    if questions > QUESTIONS {
        return Err(format!("it asks {questions} questions, more than {QUESTIONS}").into());
    }
    if !folder.join("my-service/Cargo.toml").is_file() {
        return Err(format!("the defaults make no service:\n{}", read(&seen)).into());
    }
    println!("    {questions} questions, each with a default that works");
    Ok(())
}

fn start(folder: &Path, seen: &Path) -> Result<Child> {
    let generator = tools::CARGO_GENERATE.get()?;
    let typed = format!(
        "'{}' generate --path chassis/templates/service --vcs none",
        generator.display()
    );
    let mut script = Command::new("script");
    generate::clean(&mut script);
    script.args(["--quiet", "--flush", "--return", "--command", &typed]);
    script.arg(seen).current_dir(folder).env("TERM", "xterm");
    script.stdin(Stdio::piped()).stdout(Stdio::null());
    script
        .spawn()
        .map_err(|error| format!("script, which gives a program a terminal: {error}").into())
}

/// Presses Enter whenever a question with a default, `[my-service]: `, is new; gives how many there were.
fn answer(generator: &mut Child, seen: &Path) -> Result<usize> {
    let mut keys = generator.stdin.take().ok_or("the terminal has no keys")?;
    let (begin, mut answered) = (Instant::now(), 0);
    while generator.try_wait()?.is_none() {
        if begin.elapsed() > PATIENCE {
            generator.kill()?;
            generator.wait()?;
            return Err(format!("it waits for more than Enter:\n{}", read(seen)).into());
        }
        if read(seen).matches("]: ").count() > answered {
            keys.write_all(b"\r")?;
            keys.flush()?;
            answered += 1;
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(answered)
}

fn read(file: &Path) -> String {
    String::from_utf8_lossy(&fs::read(file).unwrap_or_default()).into_owned()
}
