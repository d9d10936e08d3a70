//! A service's life as real processes: how they start, what they answer, how they end.

mod admin;
mod compose;
mod configuration;
mod doctor;
mod events;
mod exit_codes;
mod pages;
mod policies;
pub(crate) mod process;
mod screen;
mod settings;
mod stop;
mod trouble;
mod wire;
