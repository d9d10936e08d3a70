//! The shop as a person would run it: the binary, its printed lines, real sockets, real signals.

mod collector;
mod orders;
mod shop;
mod shutdown;
mod tracing;
