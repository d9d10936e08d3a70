//! Who follows the chapter: takes one step after the other, and looks.

use std::time::{Duration, Instant};

use super::browser::Browser;
use super::chapter::{Action, Step};
use super::machine::Machine;
use super::shell::Shell;
use super::terminal::Terminal;
use super::{edit, expect};
use crate::{Result, workspace};

pub(super) struct Reader<'a> {
    machine: &'a Machine,
    shell: Shell,
    /// The first terminal, while a service runs in it.
    service: Option<Terminal>,
    browser: Option<Browser>,
    begin: Instant,
    builds: f64,
}

impl<'a> Reader<'a> {
    /// Begins in the checkout, as the chapter does.
    pub(super) fn new(machine: &'a Machine) -> Result<Self> {
        let block = machine.home().join(".block");
        let shell = Shell::start(machine.command("bash")?, &workspace::root(), block)?;
        Ok(Self {
            machine,
            shell,
            service: None,
            browser: None,
            begin: Instant::now(),
            builds: 0.0,
        })
    }

    /// Takes one step, and says how long it took.
    ///
    /// # Errors
    ///
    /// When it fails, or something else is seen than the chapter shows.
    pub(super) fn take(&mut self, step: &Step) -> Result {
        let begin = Instant::now();
        let said = match &step.action {
            Action::Type {
                lines,
                succeeds,
                seen,
            } => self.type_in(lines, *succeeds, seen)?,
            Action::Serve { line, seen } => self.serve(line, seen)?,
            Action::Interrupt { seen } => self.interrupt(seen)?,
            Action::Look { url, seen } => self.look(url, seen)?,
            Action::Change { path, how, text } => {
                edit::apply(self.shell.folder(), path, *how, &self.machine.ports(text))?;
                path.clone()
            }
        };
        let said = said.lines().next().unwrap_or_default();
        println!(
            "{:4}  {:6.1} s  {said}",
            step.line,
            begin.elapsed().as_secs_f64()
        );
        Ok(())
    }

    fn type_in(&mut self, lines: &str, succeeds: bool, shown: &str) -> Result<String> {
        let lines = self.machine.ports(lines);
        let seen = self.shell.run(&lines, succeeds)?;
        self.builds += expect::builds(&seen);
        self.compare(&seen, shown)?;
        self.machine.lock(self.shell.folder())?;
        Ok(lines)
    }

    fn serve(&mut self, line: &str, shown: &str) -> Result<String> {
        if self.service.is_some() {
            return Err("something runs in the first terminal already: stop it by ^C first".into());
        }
        let output = self.machine.home().join(".terminal");
        let script = self.machine.command("script")?;
        let mut terminal = Terminal::start(script, line, self.shell.folder(), output)?;
        let seen = terminal.wait(&self.machine.ports(shown))?;
        self.builds += expect::builds(&seen);
        self.service = Some(terminal);
        Ok(line.to_owned())
    }

    fn interrupt(&mut self, shown: &str) -> Result<String> {
        let terminal = self
            .service
            .take()
            .ok_or("nothing runs that ^C would stop")?;
        let seen = terminal.interrupt()?;
        self.compare(&seen, shown)?;
        Ok("^C".to_owned())
    }

    fn look(&mut self, url: &str, shown: &str) -> Result<String> {
        let browser = match &mut self.browser {
            Some(browser) => browser,
            none => none.insert(Browser::open()?),
        };
        browser.look(&self.machine.ports(url), &self.machine.ports(shown))?;
        Ok(url.to_owned())
    }

    fn compare(&self, seen: &str, shown: &str) -> Result {
        let shown = self.machine.ports(shown);
        if expect::shows(seen, &shown) {
            Ok(())
        } else {
            Err(expect::missing(&shown, seen).into())
        }
    }

    /// The time of all steps so far, and how much of it cargo built.
    pub(super) fn times(&self) -> (Duration, Duration) {
        (self.begin.elapsed(), Duration::from_secs_f64(self.builds))
    }
}
