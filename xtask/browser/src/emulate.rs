//! Another screen, other colours, no scripts: what a page must serve as well.

use serde_json::json;

use crate::{Browser, Result};

/// The colours that a reader prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Browser {
    /// Makes the page this many CSS pixels wide and high, narrower than any window can be.
    ///
    /// # Errors
    ///
    /// When Chromium refuses.
    pub fn resize(&self, width: u32, height: u32) -> Result {
        let screen = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
        });
        self.cdp("Emulation.setDeviceMetricsOverride", &screen)
            .map(drop)
    }

    /// Prefers these colours (`prefers-color-scheme`).
    ///
    /// # Errors
    ///
    /// When Chromium refuses.
    pub fn prefer(&self, scheme: Scheme) -> Result {
        let value = match scheme {
            Scheme::Light => "light",
            Scheme::Dark => "dark",
        };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        self.cdp(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        )
        .map(drop)
    }

    /// Turns the scripts of pages that are opened from now on off or on.
    ///
    /// # Errors
    ///
    /// When Chromium refuses.
    pub fn scripts(&self, on: bool) -> Result {
        self.cdp(
            "Emulation.setScriptExecutionDisabled",
            &json!({ "value": !on }),
        )
        .map(drop)
    }
}
