//! Driving a service from outside: start it, call it, answer it, collect its spans, stop it.
//!
//! Small and blocking, on the standard library alone, so that what is measured or soaked is the
//! service. [`Program`] is the child process, [`Caller`] speaks HTTP/1.1 to it, [`Collector`] takes its
//! exports, [`Answerer`] stands for a service that it calls, [`Load`] offers requests at a constant
//! rate by a program of its own.

mod answer;
mod answer_h2;
mod caller;
mod collector;
mod load;
mod program;

pub(crate) use answer::Answerer;
pub(crate) use caller::{Caller, get, request};
pub(crate) use collector::Collector;
pub(crate) use load::{Load, Report, roomy};
pub(crate) use program::{Program, set};
