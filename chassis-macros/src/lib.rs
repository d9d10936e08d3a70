//! The procedural macros of chassis.
