//! The pages that the chapter opens, looked at in a real Chromium.

use super::expect;
use crate::{Result, tools};

/// What a person reads: the text of the page, and that of its drawings, which `innerText` leaves out.
const READ: &str = "return [document.body.innerText, \
    ...[...document.querySelectorAll('svg text')].map(text => text.textContent)].join('\\n')";

pub(super) struct Browser(browser::Browser);

impl Browser {
    pub(super) fn open() -> Result<Self> {
        let (driver, chromium) = (tools::CHROMEDRIVER.get()?, tools::CHROMIUM.get()?);
        let browser =
            browser::Browser::start(&driver, &chromium).map_err(|error| error.to_string())?;
        Ok(Self(browser))
    }

    /// Opens a page and waits until each line of `shown` is on it, in whatever order.
    ///
    /// # Errors
    ///
    /// When the page can't be opened, or a line isn't on it in time.
    pub(super) fn look(&self, url: &str, shown: &str) -> Result {
        self.0.goto(url).map_err(|error| error.to_string())?;
        let all = |text: &str| shown.lines().all(|line| expect::reads(text, line));
        let ask = || {
            let text = self.0.run(READ, &[])?;
            let text = text.as_str().unwrap_or_default();
            if all(text) {
                return Ok(Some(()));
            }
            Err(expect::missing(shown, text).into())
        };
        let what = "what the chapter shows";
        self.0
            .wait_for(what, ask)
            .map_err(|error| error.to_string().into())
    }
}
