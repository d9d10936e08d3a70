//! `--doctor`: looks at all that a service needs to run well where it stands, and says what keeps it
//! from doing so: what it is, why it matters, and the line that mends it.
//!
//! It composes the service, so that its dependencies are known, but serves nothing and changes
//! nothing. Start at [`examine`]: the order of an examination. [`CHECKS`](checks::CHECKS) is the list
//! of what is looked at, one file each; a [`Patient`](patient::Patient) is what a check gets to see,
//! a [`Report`](report::Report) what comes of all of them.

mod admission;
mod checks;
mod finding;
mod patient;
mod progress;
mod reach;
mod report;
mod round;
mod settings;
mod text;

pub(super) use admission::examine;
pub use settings::{DoctorSettings, FailOn};
