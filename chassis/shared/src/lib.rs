//! Chassis as a shared library, for tests.
//!
//! A test program that names this crate (`use chassis_shared as _;`) finds chassis and all that chassis
//! stands on in one library, which is linked when they change, and not again with each change of the
//! program's own: there linking is half of what is waited for. It is for tests in the profile `dev` on
//! Linux with glibc, and nothing is ever shipped with it; what doesn't name it is linked as always.
//!
//! Without features of its own it has those with which the rest of the build takes chassis.

pub use chassis;
