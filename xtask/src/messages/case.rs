//! [`Case`]: one thing that goes wrong, how it is brought about, and what is said then.

/// Which program is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    /// `examples/hello`.
    Hello,
    /// `examples/shop`.
    Shop,
    /// `chassis/examples/mishaps`, told which one; the page shows the code of that name.
    Mishap(&'static str),
}

/// What of the output is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// What it said last, on standard error.
    Complaint,
    /// The lines of its log that are warnings or errors.
    Warnings,
}

/// One thing that goes wrong.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) title: &'static str,
    pub(super) program: Program,
    pub(super) arguments: Vec<&'static str>,
    pub(super) files: Vec<(&'static str, &'static str)>,
    pub(super) variables: Vec<(&'static str, &'static str)>,
    /// Set without being shown: what keeps the case quick, or off the ports of others.
    pub(super) quietly: Vec<(&'static str, &'static str)>,
    pub(super) shown: Shown,
    /// The exit code that it ends with.
    pub(super) code: i32,
    /// Whether it serves until it is stopped by SIGINT.
    pub(super) serves: bool,
    pub(super) advice: &'static str,
}

/// A case of the program `hello`, which refuses its configuration.
pub(super) fn hello(title: &'static str) -> Case {
    of(Program::Hello, title)
}

/// A case of the shop.
pub(super) fn shop(title: &'static str) -> Case {
    of(Program::Shop, title)
}

/// A case of the program that does everything wrong.
pub(super) fn mishap(name: &'static str, title: &'static str) -> Case {
    of(Program::Mishap(name), title)
}

fn of(program: Program, title: &'static str) -> Case {
    Case {
        title,
        program,
        arguments: Vec::new(),
        files: Vec::new(),
        variables: Vec::new(),
        quietly: Vec::new(),
        shown: Shown::Complaint,
        code: 78,
        serves: false,
        advice: "",
    }
}

impl Case {
    pub(super) fn arguments(mut self, arguments: &[&'static str]) -> Self {
        self.arguments = arguments.to_vec();
        self
    }

    /// `chassis.toml`.
    pub(super) fn toml(self, text: &'static str) -> Self {
        self.file("chassis.toml", text)
    }

    pub(super) fn file(mut self, name: &'static str, text: &'static str) -> Self {
        self.files.push((name, text));
        self
    }

    pub(super) fn variable(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }

    pub(super) fn quietly(mut self, name: &'static str, value: &'static str) -> Self {
        self.quietly.push((name, value));
        self
    }

    /// It starts and serves: shown is what it warns of.
    pub(super) fn warns(mut self) -> Self {
        self.shown = Shown::Warnings;
        self.code = 0;
        self.serves = true;
        self
    }

    /// It serves, is stopped, and ends with `code`.
    pub(super) fn ends_after_serving(mut self, code: i32) -> Self {
        self.serves = true;
        self.code = code;
        self
    }

    /// It ends with `code`.
    pub(super) fn ends(mut self, code: i32) -> Self {
        self.code = code;
        self
    }

    /// What to do, where the message itself cannot know it.
    pub(super) fn advice(mut self, text: &'static str) -> Self {
        self.advice = text;
        self
    }
}

impl Case {
    /// Whether the page shows the code of a mishap; some differ in the configuration only.
    pub(super) fn shows_code(&self) -> bool {
        let about_configuration = [Program::Mishap(""), Program::Mishap("workshop")];
        !about_configuration.contains(&self.program)
    }
}
