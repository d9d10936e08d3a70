//! What changes something, and the token that it needs.

use crate::page::Page;

#[test]
fn the_log_level_is_set_with_the_token() {
    let Some(page) = Page::open() else { return };
    let browser = &page.browser;
    page.is_live();
    browser.find("#level-new").unwrap().fill("debug").unwrap();
    browser.find("#level button").unwrap().click().unwrap();
    page.give_token("guessed");
    browser
        .wait_for_text("#token-wrong", "not the token")
        .unwrap();
    page.give_token(&page.token());
    browser
        .wait_for_text("#level-said", "Set to debug")
        .unwrap();
    browser.wait_for_text("#level-now", "debug").unwrap();
    // The token is known now; what is wrong with the level is said beside it.
    browser
        .find("#level-new")
        .unwrap()
        .fill("info,<b>==")
        .unwrap();
    browser.find("#level button").unwrap().click().unwrap();
    browser
        .wait_for_text("#level-said.wrong", "info,<b>==")
        .unwrap();
    page.is_quiet();
}

#[test]
fn the_eleventh_wrong_token_takes_its_time_and_the_right_one_still_opens() {
    let Some(page) = Page::open() else { return };
    let browser = &page.browser;
    page.is_live();
    browser.find("#config-show").unwrap().click().unwrap();
    for number in 1..=10 {
        page.give_token(&format!("guess {number}"));
        browser
            .wait_for_text("#token-wrong", "not the token")
            .unwrap();
    }
    page.give_token("guess 11");
    browser
        .wait_for_text("#token-wrong", "each further one takes a second")
        .unwrap();
    browser
        .wait_for_text("#token-wrong", "not the token")
        .unwrap();
    page.give_token(&page.token());
    browser
        .wait_for_text("#config-shown", "http.listen")
        .unwrap();
    assert!(!browser.find("#token").unwrap().is_shown().unwrap());
    page.is_quiet();
}

#[test]
fn who_gives_up_is_asked_anew_the_next_time() {
    let Some(page) = Page::open() else { return };
    let browser = &page.browser;
    let shut = || Ok((!browser.find("#token")?.is_shown()?).then_some(()));
    page.is_live();
    for _ in 0..2 {
        browser.find("#config-show").unwrap().click().unwrap();
        browser
            .wait_for_text("#token-title", "Admin token")
            .unwrap();
        browser
            .find("#token [data-close]")
            .unwrap()
            .click()
            .unwrap();
        browser.wait_for("the dialog shut", shut).unwrap();
    }
    browser.find("#config-show").unwrap().click().unwrap();
    page.give_token(&page.token());
    browser
        .wait_for_text("#config-shown", "http.listen")
        .unwrap();
    page.is_quiet();
}

#[test]
fn values_are_shown_with_the_token_and_secrets_never() {
    let Some(page) = Page::open() else { return };
    let browser = &page.browser;
    browser.find("#config-show").unwrap().click().unwrap();
    page.give_token(&page.token());
    browser
        .wait_for_text("#config-shown", "http.listen")
        .unwrap();
    browser
        .find("#config-find")
        .unwrap()
        .type_text("admin.listen")
        .unwrap();
    let shown = browser.find("#config-shown tbody").unwrap().text().unwrap();
    assert!(
        shown.contains("127.0.0.1:0") && !shown.contains("http.listen"),
        "{shown}"
    );
    page.is_quiet();
}

#[test]
fn a_route_is_tried_by_the_form_made_from_its_description() {
    let Some(page) = Page::open() else { return };
    let browser = &page.browser;
    page.is_live();
    browser
        .find("[data-try='orders.v1.place']")
        .unwrap()
        .click()
        .unwrap();
    browser
        .wait_for_text("#try-title", "POST /v1/orders")
        .unwrap();
    let body = browser.find("#try textarea").unwrap();
    // It begins with something of the right form.
    let begun = body.property("value").unwrap();
    assert!(begun.as_str().unwrap().contains("\"sku\""), "{begun}");
    body.fill(r#"{"customer":"<i>ada</i>","sku":"kettle","quantity":1}"#)
        .unwrap();
    browser.find("#try button.main").unwrap().click().unwrap();
    page.give_token(&page.token());
    browser.wait_for_text("#try-answer", "201").unwrap();
    browser
        .wait_for_text("#try-answer pre", "<i>ada</i>")
        .unwrap();
    browser.find("#try [data-close]").unwrap().click().unwrap();

    browser
        .find("[data-try='orders.v1.order']")
        .unwrap()
        .click()
        .unwrap();
    browser
        .wait_for_text("#try-title", "GET /v1/orders/{id}")
        .unwrap();
    browser
        .find("#try [data-name=id]")
        .unwrap()
        .fill("4711")
        .unwrap();
    browser.find("#try button.main").unwrap().click().unwrap();
    browser.wait_for_text("#try-answer", "404").unwrap();
    page.is_quiet();
}

#[test]
fn a_breaker_is_forced_with_the_token_and_reset_again() {
    let Some(page) = Page::open() else { return };
    let browser = &page.browser;
    page.is_live();
    page.goto("/#orders/out/order-store");
    let article = "[id='orders/out/order-store']";
    browser.wait_for_text(article, "breaker").unwrap();
    let force = |order: &str| {
        let button = browser.find(&format!("{article} [data-do='{order}']"));
        button.unwrap().click().unwrap();
    };
    force("open");
    page.give_token(&page.token());
    browser
        .wait_for_text(&format!("{article} output"), "Done.")
        .unwrap();
    browser.wait_for_text(article, "forced open").unwrap();
    browser
        .wait_for_text(article, "its circuit breaker is forced open")
        .unwrap();
    // No order is taken while nothing may be written down.
    assert_eq!(page.shop.run_curl(), "503");
    force("reset");
    browser.wait_for_text(article, "somebody reset it").unwrap();
    page.order();
    page.is_quiet();
}
