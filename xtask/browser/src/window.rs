//! One window of one browser.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::driver::Driver;
use crate::{Element, Result, base64, programs_for_test, wire};

/// How long a page may take to become what a test waits for: far more than it needs, so that a busy
/// machine fails no test.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Flags of a browser without a screen that speaks to nobody but the page.
const FLAGS: [&str; 11] = [
    "--headless",
    // Chromium's sandbox can't be set up by root, as which containers run.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1280,900",
];

/// A window of a browser of its own; all of it ends when this is dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Driver,
    session: String,
}

impl Browser {
    /// A browser for a test, or `None`, said on stderr, where none is set.
    ///
    /// # Panics
    ///
    /// When it can't be started; in CI also where none is set.
    #[expect(clippy::panic, reason = "a test that can't have its browser fails")]
    pub fn for_test() -> Option<Self> {
        let (driver, chromium) = programs_for_test()?;
        match Self::start(&driver, &chromium) {
            Ok(browser) => Some(browser),
            Err(error) => panic!("{error}"),
        }
    }

    /// Starts these programs.
    ///
    /// # Errors
    ///
    /// When one of them can't be started; the message has its words.
    pub fn start(chromedriver: &Path, chromium: &Path) -> Result<Self> {
        let driver = Driver::start(chromedriver)?;
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "binary": chromium, "args": FLAGS },
            "goog:loggingPrefs": { "browser": "ALL" },
        }}});
        let session = wire::command(driver.port, "POST", "/session", &wanted)?;
        let session = session["sessionId"].as_str().unwrap_or_default().to_owned();
        Ok(Self { driver, session })
    }

    /// Opens a page and waits until it is loaded.
    ///
    /// # Errors
    ///
    /// When it can't be reached.
    pub fn goto(&self, url: &str) -> Result {
        self.post("url", &json!({ "url": url })).map(drop)
    }

    /// Runs the body of a script's function with these arguments and gives what it returns.
    ///
    /// # Errors
    ///
    /// When the script throws.
    pub fn run(&self, script: &str, arguments: &[Value]) -> Result<Value> {
        self.post(
            "execute/sync",
            &json!({ "script": script, "args": arguments }),
        )
    }

    /// The first element that the selector meets.
    ///
    /// # Errors
    ///
    /// When it meets none.
    pub fn find(&self, css: &str) -> Result<Element<'_>> {
        let found = self.post("element", &json!({ "using": "css selector", "value": css }))?;
        Element::of(self, &found)
    }

    /// All elements that the selector meets.
    ///
    /// # Errors
    ///
    /// When the selector is none.
    pub fn find_all(&self, css: &str) -> Result<Vec<Element<'_>>> {
        let found = self.post(
            "elements",
            &json!({ "using": "css selector", "value": css }),
        )?;
        let found = found.as_array().map_or(&[][..], Vec::as_slice);
        found.iter().map(|found| Element::of(self, found)).collect()
    }

    /// The element that has the focus.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn focused(&self) -> Result<Element<'_>> {
        let found = self.command("GET", "element/active", &Value::Null)?;
        Element::of(self, &found)
    }

    /// Asks again and again until it is answered `Some`.
    ///
    /// # Errors
    ///
    /// When [`PATIENCE`] is over: the message names `what`, and the last failure.
    pub fn wait_for<T>(&self, what: &str, ask: impl Fn() -> Result<Option<T>>) -> Result<T> {
        let limit = Instant::now() + PATIENCE;
        loop {
            let last = match ask() {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => String::new(),
                Err(error) => format!("; at last: {error}"),
            };
            if Instant::now() > limit {
                return Err(format!("waited {PATIENCE:?} for {what}{last}").into());
            }
            thread::park_timeout(Duration::from_millis(20));
        }
    }

    /// Waits until the first element that the selector meets holds this text.
    ///
    /// # Errors
    ///
    /// When it doesn't within [`PATIENCE`].
    pub fn wait_for_text(&self, css: &str, text: &str) -> Result {
        let ask = || {
            let shown = self.find(css)?.text()?;
            if shown.contains(text) {
                return Ok(Some(()));
            }
            Err(format!("it holds {shown:?}").into())
        };
        self.wait_for(&format!("{text:?} in {css}"), ask)
    }

    /// The lines of the browser's console since they were asked for last: what scripts print, what
    /// failed to load, what the content security policy refused.
    ///
    /// # Errors
    ///
    /// When the driver doesn't give them.
    pub fn console(&self) -> Result<Vec<String>> {
        let lines = self.post("se/log", &json!({ "type": "browser" }))?;
        let lines = lines.as_array().map_or(&[][..], Vec::as_slice);
        let message = |line: &Value| line["message"].as_str().unwrap_or_default().to_owned();
        Ok(lines.iter().map(message).collect())
    }

    /// Writes the whole page, not only what the window shows, as PNG.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub fn screenshot(&self, file: &Path) -> Result {
        let whole = json!({ "format": "png", "captureBeyondViewport": true });
        let shot = self.cdp("Page.captureScreenshot", &whole)?;
        let data = shot["data"].as_str().unwrap_or_default();
        fs::write(file, base64::decode(data)).map_err(|error| {
            format!(
                "the screenshot can't be written to {}: {error}",
                file.display()
            )
            .into()
        })
    }

    /// A command of Chromium's own protocol, for what WebDriver has no word for.
    ///
    /// # Errors
    ///
    /// When Chromium refuses it.
    pub fn cdp(&self, command: &str, parameters: &Value) -> Result<Value> {
        let body = json!({ "cmd": command, "params": parameters });
        self.post("goog/cdp/execute", &body)
    }

    /// Shows another window in front, or hides this one: pages learn it by `visibilitychange`.
    ///
    /// # Errors
    ///
    /// When the window can't be minimised or restored.
    pub fn hide(&self, hidden: bool) -> Result {
        if hidden {
            return self.post("window/minimize", &json!({})).map(drop);
        }
        self.post("window/rect", &json!({ "width": 1280, "height": 900 }))
            .map(drop)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.command("POST", path, body)
    }

    pub(crate) fn command(&self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let path = format!("/session/{}/{path}", self.session);
        wire::command(self.driver.port, method, &path, body)
    }
}

impl Drop for Browser {
    /// Ends the browser by the driver: killed alone, the driver would leave it behind.
    fn drop(&mut self) {
        let path = format!("/session/{}", self.session);
        let _ = wire::command(self.driver.port, "DELETE", &path, &Value::Null);
    }
}
