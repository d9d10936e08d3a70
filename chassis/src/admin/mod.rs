//! The admin listener: what the process is, how it stands, and the few things that can be changed.
//!
//! It listens on loopback by default and is guarded all the same, because a browser on the same
//! machine reaches loopback too: the `Host` must be allow-listed, requests from other sites are
//! refused, and whatever shows values or changes something needs the token.
//!
//! Start at `Desk`, which the lifecycle implements, and `pages`, which asks it.
//! `model` is what the hexagon page shows, `page` draws it. `board` holds its numbers, `stream`
//! sends what changes to the pages that are open, `trial` sends what a page tries.

mod asked;
mod board;
mod desk;
mod fence;
mod guesses;
pub(crate) mod model;
mod order;
mod page;
mod pages;
mod settings;
mod stream;
mod token;
mod trial;

pub(crate) use asked::Asked;
pub(crate) use board::{Board, millis, rounded};
pub(crate) use desk::Desk;
pub(crate) use order::{Order, What};
pub(crate) use page::svg;
pub(crate) use pages::router;
pub use settings::AdminSettings;
pub(crate) use stream::Stream;
pub use token::Token;
