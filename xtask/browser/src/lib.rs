//! A real Chromium for tests and commands, spoken to by WebDriver.
//!
//! ```no_run
//! # fn main() -> browser::Result {
//! let Some(browser) = browser::Browser::for_test() else { return Ok(()) };
//! browser.goto("http://127.0.0.1:9465/")?;
//! browser.find("#level")?.fill("debug")?;
//! browser.wait_for_text("[role=status]", "debug")?;
//! # Ok(())
//! # }
//! ```
//!
//! Start at [`Browser`]: one window in a browser of its own, with an empty profile. It blocks and
//! depends on serde_json alone, so that `cargo xtask` and every test can use it. What WebDriver has no
//! word for (dark, 320 pixels, scripts off) goes through Chromium's own protocol, [`Browser::cdp`].

#![allow(
    clippy::disallowed_methods,
    reason = "it waits for another program in real time; no `Env` stands between"
)]

mod base64;
mod driver;
mod element;
mod emulate;
mod keys;
mod window;
mod wire;

pub use driver::{CHROMEDRIVER, CHROMIUM, programs_for_test};
pub use element::Element;
pub use emulate::Scheme;
pub use keys::Key;
pub use window::{Browser, PATIENCE};

/// What a step in the browser gives, or why it failed, in words for whoever reads the test's output.
pub type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;
