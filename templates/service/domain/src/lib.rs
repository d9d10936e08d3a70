//! The rules of {{service_name}}, and the ports to what they need.

mod items;
mod store;
#[cfg(test)]
mod tests;

pub use items::Items;
// All of it: the macro adds a fake of the port when tests ask for one.
pub use store::*;
