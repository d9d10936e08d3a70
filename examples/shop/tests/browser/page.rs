//! The page of a running shop.

use std::fs;
use std::process::{Command, Stdio};

use browser::Browser;

use crate::shop::{Mode, Shop};

/// A shop, its page in a browser, and what the browser complained about.
pub(crate) struct Page {
    // First: the browser goes before what it looks at.
    pub(crate) browser: Browser,
    pub(crate) shop: Shop,
    /// `127.0.0.1:40123`, of the admin listener.
    pub(crate) address: String,
}

impl Page {
    /// Starts both, and opens the page; `None` where no browser is set.
    pub(crate) fn open() -> Option<Self> {
        Self::open_with(&[])
    }

    /// With settings `key=value`.
    pub(crate) fn open_with(settings: &[String]) -> Option<Self> {
        let browser = Browser::for_test()?;
        let mut shop = Shop::start_with(Mode::Composed, settings);
        let address = shop.addresses("admin").pop().unwrap();
        let page = Self {
            browser,
            shop,
            address,
        };
        page.goto("/");
        Some(page)
    }

    pub(crate) fn goto(&self, path: &str) {
        let url = format!("http://{}{path}", self.address);
        self.browser.goto(&url).unwrap();
    }

    /// Waits until the page is connected.
    pub(crate) fn is_live(&self) {
        self.browser.wait_for_text("#live", "live").unwrap();
    }

    /// Places an order in the shop.
    pub(crate) fn order(&self) {
        assert_eq!(self.shop.run_curl(), "201");
    }

    /// What the page says of its token's file, and what lies there.
    pub(crate) fn token(&self) -> String {
        let file = self.browser.find("#token-file").unwrap().text().unwrap();
        fs::read_to_string(file).unwrap()
    }

    pub(crate) fn give_token(&self, token: &str) {
        let field = "the field of the token";
        let shown = || Ok(self.browser.find("#token-value")?.is_shown()?.then_some(()));
        self.browser.wait_for(field, shown).unwrap();
        self.browser
            .find("#token-value")
            .unwrap()
            .fill(token)
            .unwrap();
        self.browser
            .find("#token button.main")
            .unwrap()
            .click()
            .unwrap();
    }

    /// Nothing was refused by the policy, and no script threw.
    pub(crate) fn is_quiet(&self) {
        let lines = self.browser.console().unwrap();
        // What failed to load is said there as well: an expected refusal, a service that is away.
        let own = lines
            .iter()
            .filter(|line| !line.contains("Failed to load resource"));
        let own: Vec<&String> = own.collect();
        assert!(own.is_empty(), "{own:?}");
    }
}

/// What the shop prints with these arguments.
pub(crate) fn printed(arguments: &[&str]) -> String {
    let mut shop = Command::new(env!("CARGO_BIN_EXE_shop"));
    let folder = tempfile::tempdir().unwrap();
    let output = shop
        .args(arguments)
        .current_dir(folder.path())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}
