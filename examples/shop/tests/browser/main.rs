//! The hexagon page of the shop in a real Chromium, as a person would use it.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a failed unwrap is a failed test; what runs is a process of its own, in real time"
)]
#![allow(
    dead_code,
    reason = "the shop is shared with other tests, which use all of it"
)]

mod actions;
mod crowd;
mod drawing;
mod looks;
mod page;
#[path = "../system/shop.rs"]
mod shop;
mod stream;
