//! The cases, in the order in which one meets them.

mod answers;
mod composing;
mod configuration;
mod line;
mod running;

use super::case::Case;

pub(super) use answers::{ASKED, Ask, Send, To};

/// Cases that are met at one place.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) cases: Vec<Case>,
}

/// Everything but answers, calls and what the compiler says.
pub(super) fn groups() -> Vec<Group> {
    vec![
        line::group(),
        configuration::group(),
        configuration::addresses(),
        composing::group(),
        running::starting(),
        running::serving(),
        running::stopping(),
    ]
}

pub(super) const INTRODUCTION: &str = "\
# Messages

<!-- Made by `cargo xtask messages`, which brings each of these about; change the cases there. -->

What Chassis says when something is wrong, and what to do then. Look for the words that you have before
you (the search at the top knows this page), or read the part that you are in. Each message was produced
by doing what stands above it.

What they have in common: configuration and composition are looked at **before anything is opened**, and
everything that is wrong is said at once. The exit code says whose turn it is: **78**, the configuration
has to be changed; **69**, something that the service needs is missing; **70**, the program has a mistake.
Secrets are never repeated: a value that may be one is shown as `***`.
";
