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

#[test]
fn an_open_port_says_what_fails_meanwhile() {
    // Nobody listens there.
    let away = "client.inventory.url=http://127.0.0.1:1".to_owned();
    let Some(page) = Page::open_with(&[away]) else {
        return;
    };
    page.is_live();
    let browser = &page.browser;
    let link = browser.find("#ports a[href='?port=orders/out/inventory']");
    link.unwrap().click().unwrap();
    let article = "[id='orders/out/inventory']";
    browser.wait_for_text(article, "127.0.0.1:1").unwrap();
    browser.wait_for_text(article, "None.").unwrap();
    assert_ne!(page.shop.run_curl(), "201");
    browser.wait_for_text(article, "failing").unwrap();
    let trace = format!("{article} td[data-label=Trace]");
    let failed = || Ok(browser.find_all(&trace)?.pop());
    let failed = browser.wait_for("the failed call", failed).unwrap();
    assert_eq!(failed.text().unwrap().trim().len(), 32);
    // The other side of it: what the caller of the shop got.
    browser.wait_for_text("#failed", "POST /v1/orders").unwrap();
    page.is_quiet();
}

#[test]
fn numbers_of_an_open_port_change_as_well() {
    let Some(page) = Page::open() else { return };
    page.is_live();
    let browser = &page.browser;
    page.goto("/#payments/out/ledger");
    page.is_live();
    let article = "[id='payments/out/ledger']";
    for words in [
        "SqlLedger",
        "Speaks to",
        "sqlite:",
        "Methods",
        "at their defaults",
    ] {
        browser.wait_for_text(article, words).unwrap();
    }
    let rate = format!("{article} tr[data-f] td:nth-last-child(4)");
    let moved = || {
        page.order();
        let rates = browser.find_all(&rate)?;
        let texts = rates.iter().map(browser::Element::text);
        let texts = texts.collect::<browser::Result<Vec<_>>>()?;
        Ok(texts
            .into_iter()
            .find(|text| text.ends_with("/s") && text != "0/s"))
    };
    browser.wait_for("a rate", moved).unwrap();
    page.is_quiet();
}
