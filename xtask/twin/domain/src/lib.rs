//! The twin's rules, and the trait of what they need.

mod items;
mod store;
#[cfg(test)]
mod tests;

pub use items::Items;
pub use store::{ItemStore, StoreError};
