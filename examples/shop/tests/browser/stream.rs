//! What changes while the page is open, and what it says of a service that is away.

use crate::page::Page;
use crate::shop::{Mode, Shop};

const RATE: &str = "#ports [data-f] td:nth-last-child(4)";

#[test]
fn a_number_is_seen_to_change() {
    let Some(page) = Page::open() else { return };
    page.is_live();
    page.browser.wait_for_text(RATE, "0/s").unwrap();
    let moved = || {
        page.order();
        let text = page.browser.find(RATE)?.text()?;
        Ok((text != "0/s").then_some(text))
    };
    let rate = page.browser.wait_for("a rate", moved).unwrap();
    assert!(rate.ends_with("/s"), "{rate}");
    page.browser.wait_for_text("#ports tr.ok", "ok").unwrap();
    page.is_quiet();
}

#[test]
fn hidden_it_asks_for_nothing() {
    let Some(page) = Page::open() else { return };
    page.is_live();
    page.browser.hide(true).unwrap();
    page.browser
        .wait_for("the pause", || {
            let text = page
                .browser
                .run("return document.getElementById('live').textContent", &[])?;
            Ok((text == "paused").then_some(()))
        })
        .unwrap();
    page.browser.hide(false).unwrap();
    page.is_live();
}

#[test]
fn a_service_that_died_is_said_and_found_again() {
    let Some(mut page) = Page::open() else { return };
    page.is_live();
    let before = page
        .browser
        .find("body")
        .unwrap()
        .attribute("data-instance")
        .unwrap();
    page.shop.signal("KILL");
    page.shop.wait();
    page.browser
        .wait_for_text("#live", "not reachable since")
        .unwrap();
    page.shop = Shop::start_with(Mode::Composed, &[format!("admin.listen={}", page.address)]);
    page.browser
        .wait_for("the new page", || {
            let now = page.browser.find("body")?.attribute("data-instance")?;
            Ok((now != before).then_some(()))
        })
        .unwrap();
    page.is_live();
}
