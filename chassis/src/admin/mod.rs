//! The admin listener: what the process is, how it stands, and the few things that can be changed.
//!
//! It listens on loopback by default and is guarded all the same, because a browser on the same
//! machine reaches loopback too: the `Host` must be allow-listed, requests from other sites are
//! refused, and whatever shows values or changes something needs the token.

mod fence;
mod pages;
mod settings;
mod token;

pub use pages::{Admin, Page, SetLevel};
pub use settings::AdminSettings;
pub use token::Token;
