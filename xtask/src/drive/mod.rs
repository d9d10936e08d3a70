//! Driving a service from outside: start it, call it, answer it, collect its spans, stop it.
//!
//! Small and blocking, on the standard library alone, so that what is measured or soaked is the
//! service. [`Program`] is the child process, [`Caller`] speaks HTTP/1.1 to it, [`Collector`] takes its
//! exports, [`Answerer`] stands for a service that it calls.

mod answer;
mod caller;
mod collector;
mod program;

pub(crate) use answer::Answerer;
pub(crate) use caller::{Caller, get, request};
pub(crate) use collector::Collector;
pub(crate) use program::{Program, set};
