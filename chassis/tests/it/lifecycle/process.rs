//! An example program as a child process.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::Duration;

use chassis::context::Env;
use rustix::pty::OpenptFlags;

/// Longer than anything takes that works, on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// A child process; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    out: Arc<Mutex<String>>,
    err: Arc<Mutex<String>>,
    readers: Vec<thread::JoinHandle<()>>,
    pub(crate) folder: PathBuf,
}

/// The example `name`, built like this test.
fn example(name: &str) -> PathBuf {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        // A run of this test alone does not build the examples.
        let built = Command::new(env!("CARGO"))
            .args([
                "build",
                "--quiet",
                "--all-features",
                "--examples",
                "--manifest-path",
            ])
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
            .status()
            .unwrap();
        assert!(built.success(), "the examples do not build");
    });
    let own = std::env::current_exe().unwrap();
    let profile = own.parent().and_then(Path::parent).unwrap();
    profile.join("examples").join(name)
}

/// A new folder that holds these files.
pub(crate) fn folder_with(files: &[(&str, &str)]) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("chassis-it-{}-{count}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (file, text) in files {
        std::fs::write(folder.join(file), text).unwrap();
    }
    folder
}

/// The example `name` in `folder`, with nothing of this test's surroundings.
pub(crate) fn command(folder: &Path, name: &str) -> Command {
    in_folder(folder, Command::new(example(name)))
}

/// The same by way of a shell, which says `first` before it becomes the example.
pub(crate) fn by_shell(folder: &Path, name: &str, first: &str) -> Command {
    by_script(folder, name, &format!("{first}; exec \"$0\" \"$@\""))
}

/// The same by a whole script, which ends with `"$0" "$@"`.
pub(crate) fn by_script(folder: &Path, name: &str, script: &str) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script]);
    shell.arg(example(name));
    in_folder(folder, shell)
}

fn in_folder(folder: &Path, mut command: Command) -> Command {
    command
        .current_dir(folder)
        .env_clear()
        .env("XDG_STATE_HOME", folder.join("state"))
        .stdin(Stdio::null());
    command
}

impl Process {
    /// Starts the example with free ports, in a folder of its own, under profile dev.
    pub(crate) fn start(name: &str, args: &[&str]) -> Self {
        let mut free = vec!["--profile", "dev"];
        for listener in ["http.listen", "probe.listen", "admin.listen"] {
            if !args.iter().any(|arg| arg.starts_with(listener)) {
                let set = match listener {
                    "http.listen" => "http.listen=127.0.0.1:0",
                    "probe.listen" => "probe.listen=127.0.0.1:0",
                    _ => "admin.listen=127.0.0.1:0",
                };
                free.extend(["--set", set]);
            }
        }
        Self::bare(name, &[args, &free[..]].concat(), &[])
    }

    /// Starts the example with these arguments and files only.
    pub(crate) fn bare(name: &str, args: &[&str], files: &[(&str, &str)]) -> Self {
        Self::within(folder_with(files), name, args)
    }

    /// Starts it once more, in the same folder.
    pub(crate) fn again(&self, name: &str, args: &[&str]) -> Self {
        Self::within(self.folder.clone(), name, args)
    }

    fn within(folder: PathBuf, name: &str, args: &[&str]) -> Self {
        let mut command = command(&folder, name);
        command.args(args);
        Self::piped(folder, command)
    }

    /// Starts `command`, its output going into pipes.
    pub(crate) fn piped(folder: PathBuf, mut command: Command) -> Self {
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = child.spawn().unwrap();
        let out = gather(child.stdout.take().unwrap());
        let err = gather(child.stderr.take().unwrap());
        Self::of(folder, child, out, err)
    }

    /// Starts `command`, its output going to a terminal; [`out`](Self::out) is what that got.
    pub(crate) fn on_terminal(folder: PathBuf, mut command: Command) -> Self {
        let master = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        rustix::pty::grantpt(&master).unwrap();
        rustix::pty::unlockpt(&master).unwrap();
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        let terminal = rustix::pty::ioctl_tiocgptpeer(&master, flags).unwrap();
        command
            .stdout(terminal.try_clone().unwrap())
            .stderr(terminal);
        let child = command.spawn().unwrap();
        // The child's ends alone keep the terminal open, so that its end is the end of the text.
        drop(command);
        let nothing = gather(std::io::empty());
        Self::of(folder, child, gather(File::from(master)), nothing)
    }

    fn of(folder: PathBuf, child: Child, out: Gathered, err: Gathered) -> Self {
        Self {
            child,
            out: out.0,
            err: err.0,
            readers: vec![out.1, err.1],
            folder,
        }
    }

    /// Waits until it has printed where its listener `kind` is: `127.0.0.1:40123`.
    pub(crate) fn address(&mut self, kind: &str) -> String {
        self.address_of("subject", kind)
    }

    /// The same for the process or component `name`.
    pub(crate) fn address_of(&mut self, name: &str, kind: &str) -> String {
        let start = format!("{name}: {kind} http://");
        self.until(|this| {
            let out = this.out();
            let mut lines = out.lines().filter(|line| line.starts_with(&start));
            lines.next().map(|line| line[start.len()..].to_owned())
        })
    }

    /// Waits until `look` gives something.
    pub(crate) fn until<T>(&mut self, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let clock = Env::system();
        let began = clock.now();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            let told = format!("stdout:\n{}\nstderr:\n{}", self.out(), self.err());
            assert!(
                ended.is_none() || look(self).is_some(),
                "it ended ({ended:?})\n{told}"
            );
            assert!(clock.now() - began < PATIENCE, "waited in vain\n{told}");
            thread::yield_now();
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Sends a signal: `TERM`, `INT`, `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        self.signal_times(name, 1);
    }

    /// Sends a signal several times, as close together as can be.
    pub(crate) fn signal_times(&self, name: &str, times: usize) {
        let pid = self.child.id().to_string();
        let mut kill = Command::new("kill");
        kill.args(["-s", name]).args(vec![pid; times]);
        assert!(kill.status().unwrap().success());
    }

    /// Waits for its end; gives its exit code and how long that took.
    pub(crate) fn end(&mut self) -> (Option<i32>, Duration) {
        let clock = Env::system();
        let began = clock.now();
        let status: ExitStatus = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                clock.now() - began < PATIENCE,
                "it does not end: {}\n{}",
                self.out(),
                self.err()
            );
            thread::park_timeout(Duration::from_millis(5));
        };
        let took = clock.now() - began;
        // What it said last may still be on its way.
        self.readers
            .drain(..)
            .for_each(|reader| reader.join().unwrap());
        (status.code(), took)
    }

    /// What it printed so far.
    pub(crate) fn out(&self) -> String {
        self.out.lock().unwrap().clone()
    }

    /// What it complained of so far.
    pub(crate) fn err(&self) -> String {
        self.err.lock().unwrap().clone()
    }
}

/// Waits until `holds`.
pub(crate) fn eventually(holds: impl Fn() -> bool) {
    let clock = Env::system();
    let began = clock.now();
    while !holds() {
        assert!(clock.now() - began < PATIENCE, "waited in vain");
        thread::park_timeout(Duration::from_millis(5));
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What was read so far, and the thread that reads.
type Gathered = (Arc<Mutex<String>>, thread::JoinHandle<()>);

/// Reads all that comes, line by line, on a thread.
fn gather(from: impl Read + Send + 'static) -> Gathered {
    let text = Arc::new(Mutex::new(String::new()));
    let all = Arc::clone(&text);
    let reader = thread::spawn(move || {
        let mut reader = BufReader::new(from);
        let mut line = Vec::new();
        while matches!(reader.read_until(b'\n', &mut line), Ok(read) if read > 0) {
            all.lock()
                .unwrap()
                .push_str(&String::from_utf8_lossy(&line));
            line.clear();
        }
    });
    (text, reader)
}
