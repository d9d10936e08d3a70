//! What is there to be seen, on every screen and without a script.

use browser::{Key, Scheme};
use serde_json::{Value, json};

use crate::page::Page;

/// All that a browser loads for the page, in bytes.
const WEIGHT: usize = 60 * 1_024;

#[test]
fn the_hexagon_and_every_section_are_there() {
    let Some(page) = Page::open() else { return };
    page.is_live();
    let browser = &page.browser;
    for section in ["ports", "health", "requests", "routes", "config", "log"] {
        let title = browser.find(&format!("#{section}-title")).unwrap();
        assert!(title.is_shown().unwrap(), "{section}");
    }
    let names = browser.find("#hexagon").unwrap().text().unwrap();
    for name in [
        "orders",
        "inventory",
        "payments",
        "order-store",
        "card-network",
    ] {
        assert!(names.contains(name), "{name} is missing: {names}");
    }
    assert_eq!(browser.find_all("#hexagon .joint").unwrap().len(), 2);
    let port = browser
        .find("a.port[href='?port=orders/in/orders-v1']")
        .unwrap();
    assert!(port.label().unwrap().starts_with("orders, inbound port"));
    assert_eq!(browser.find("#state").unwrap().role().unwrap(), "status");
    page.is_quiet();
}

#[test]
fn a_click_on_a_port_shows_what_is_known_of_it() {
    let Some(page) = Page::open() else { return };
    let browser = &page.browser;
    let article = "[id='orders/out/inventory']";
    assert!(browser.find_all(article).unwrap().is_empty());
    browser
        .find("#ports a[href='?port=orders/out/inventory']")
        .unwrap()
        .click()
        .unwrap();
    browser.wait_for_text(article, "Last failures").unwrap();
    for words in [
        "Stock of one item",
        "in this process",
        "Leads to",
        "Last failures",
    ] {
        browser.wait_for_text(article, words).unwrap();
    }
    browser
        .find(&format!("{article} .close a"))
        .unwrap()
        .click()
        .unwrap();
    let closed = || Ok(browser.find_all(article)?.is_empty().then_some(()));
    browser.wait_for("the closed article", closed).unwrap();
    page.is_quiet();
}

#[test]
fn keys_alone_are_enough() {
    let Some(page) = Page::open() else { return };
    page.is_live();
    let browser = &page.browser;
    let focused = || -> browser::Result<Value> {
        browser.run("return document.activeElement.getAttribute('href')", &[])
    };
    browser.press(Key::Tab).unwrap();
    assert_eq!(focused().unwrap(), "#main");
    // The field, six ways, the drawing; then its ports.
    let mut presses = 0;
    while focused().unwrap() != "?port=orders/in/orders-v1" {
        browser.press(Key::Tab).unwrap();
        presses += 1;
        assert!(presses < 20, "no port within twenty presses");
    }
    browser.press(Key::Enter).unwrap();
    browser
        .wait_for_text("[id='orders/in/orders-v1']", "Routes")
        .unwrap();
    browser.press(Key::Escape).unwrap();
    let back = || Ok((focused()? == "?port=orders/in/orders-v1").then_some(()));
    browser
        .wait_for("the focus back on the port", back)
        .unwrap();
    browser.type_text("/").unwrap();
    let found =
        || Ok((browser.focused()?.attribute("id")?.as_deref() == Some("find")).then_some(()));
    browser.wait_for("the focus in the search", found).unwrap();
    page.is_quiet();
}

#[test]
fn without_a_script_the_tables_say_it_all() {
    let Some(page) = Page::open() else { return };
    page.order();
    page.browser.scripts(false).unwrap();
    page.goto("/");
    let browser = &page.browser;
    let ports = browser.find("#ports table").unwrap().text().unwrap();
    for word in [
        "orders",
        "inventory",
        "order-store",
        "SqlOrders",
        "3 routes",
    ] {
        assert!(ports.contains(word), "{word} is missing: {ports}");
    }
    browser
        .find("#ports a[href='?port=orders/in/orders-v1']")
        .unwrap()
        .click()
        .unwrap();
    browser
        .wait_for_text("[id='orders/in/orders-v1']", "POST /v1/orders")
        .unwrap();
    assert!(!browser.find("#config-show").unwrap().is_shown().unwrap());
    // A search without a script is a question to the service.
    page.goto("/?find=card-network");
    let ports = browser.find("#ports").unwrap().text().unwrap();
    assert!(
        ports.contains("card-network") && !ports.contains("order-store"),
        "{ports}"
    );
}

#[test]
fn narrow_and_dark_it_is_as_readable() {
    let Some(page) = Page::open() else { return };
    let browser = &page.browser;
    browser.resize(320, 700).unwrap();
    browser.prefer(Scheme::Dark).unwrap();
    page.goto("/#orders/in/orders-v1");
    page.is_live();
    let widths = "return [document.documentElement.scrollWidth, innerWidth]";
    assert_eq!(browser.run(widths, &[]).unwrap(), json!([320, 320]));
    let ground = "return getComputedStyle(document.body).backgroundColor";
    assert_eq!(browser.run(ground, &[]).unwrap(), "rgb(11, 15, 22)");
    browser.prefer(Scheme::Light).unwrap();
    assert_eq!(browser.run(ground, &[]).unwrap(), "rgb(245, 246, 249)");
    page.is_quiet();
}

#[test]
fn all_of_it_weighs_little() {
    let Some(page) = Page::open() else { return };
    page.is_live();
    let script = "return performance.getEntriesByType('resource').concat(performance\
        .getEntriesByType('navigation')).filter((e) => !e.name.endsWith('/events'))\
        .map((e) => [e.name, e.decodedBodySize])";
    let loaded = page.browser.run(script, &[]).unwrap();
    let loaded = loaded.as_array().unwrap();
    let sizes = loaded.iter().map(|entry| entry[1].as_u64().unwrap());
    let weight: u64 = sizes.sum();
    assert!(loaded.len() >= 4, "{loaded:?}");
    assert!(
        usize::try_from(weight).unwrap() <= WEIGHT,
        "{weight} bytes: {loaded:?}"
    );
}

#[test]
fn texts_of_strangers_are_texts() {
    let script = "<script>document.title='stolen'</script>";
    let hostile = format!("service.attributes.note={script}<img src=x onerror=alert(1)>");
    let Some(page) = Page::open_with(&[hostile]) else {
        return;
    };
    let browser = &page.browser;
    page.goto(&format!("/?find={script}"));
    page.is_live();
    assert_eq!(
        browser.find(".note b").unwrap().text().unwrap(),
        script.to_lowercase()
    );
    page.goto("/");
    browser.find("#config-show").unwrap().click().unwrap();
    page.give_token(&page.token());
    browser
        .wait_for_text("#config-shown", "<img src=x onerror=alert(1)>")
        .unwrap();
    assert!(browser.find_all("#config-shown img").unwrap().is_empty());
    assert_eq!(browser.run("return document.title", &[]).unwrap(), "shop");
    page.is_quiet();
}
