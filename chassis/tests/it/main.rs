//! Behaviour of the public API, one binary with a module a concern.

mod contract;
