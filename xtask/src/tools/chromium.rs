//! Chromium and chromedriver, for the tests that look at pages.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::{Tool, apt};
use crate::{Result, command};

/// The browser.
pub(crate) const CHROMIUM: Tool = Tool {
    name: "chromium",
    version: || "debian".to_owned(),
    variable: "TEST_CHROMIUM",
    on_path: &["chromium", "chromium-browser", "google-chrome"],
    binary: "chromium",
    install: |folder| install("chromium", "chromium", folder),
};

/// The program that speaks WebDriver for it; the two must be of one version.
pub(crate) const CHROMEDRIVER: Tool = Tool {
    name: "chromedriver",
    version: || "debian".to_owned(),
    variable: "TEST_CHROMEDRIVER",
    on_path: &["chromedriver"],
    binary: "chromedriver",
    install: |folder| install("chromium-driver", "chromedriver", folder),
};

/// Installed whole, since a hundred libraries come with it; the cache gets a link to it.
fn install(package: &str, program: &str, folder: &Path) -> Result {
    apt::install(package)?;
    let path = command::on_path(&[program]).ok_or("its package left no program in PATH")?;
    symlink(path, folder.join(program))?;
    Ok(())
}
