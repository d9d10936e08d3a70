//! The harness against a real Chromium, on pages that need no server.

#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use browser::{Browser, Key, Scheme};

const PAGE: &str = "data:text/html,<title>t</title><main><label>Name <input></label>\
    <button onclick='o.textContent=document.querySelector(`input`).value'>Copy</button>\
    <output id=o>none</output><noscript><p>plain</p></noscript></main>";

#[test]
fn a_page_is_read_filled_and_clicked() {
    let Some(browser) = Browser::for_test() else {
        return;
    };
    browser.goto(PAGE).unwrap();
    browser.find("input").unwrap().fill("Ada").unwrap();
    browser.find("button").unwrap().click().unwrap();
    browser.wait_for_text("#o", "Ada").unwrap();
    assert!(browser.find("nothing").is_err());
    assert_eq!(browser.find_all("main > *").unwrap().len(), 4);
    assert_eq!(browser.find("input").unwrap().label().unwrap(), "Name");
    assert_eq!(browser.find("button").unwrap().role().unwrap(), "button");
}

#[test]
fn keys_go_where_the_focus_is() {
    let Some(browser) = Browser::for_test() else {
        return;
    };
    browser.goto(PAGE).unwrap();
    browser.press(Key::Tab).unwrap();
    browser.type_text("Grace").unwrap();
    browser.press(Key::Tab).unwrap();
    let focused = browser.focused().unwrap();
    assert_eq!(focused.text().unwrap(), "Copy");
    browser.press(Key::Enter).unwrap();
    browser.wait_for_text("#o", "Grace").unwrap();
}

#[test]
fn screens_colours_and_scripts_are_what_was_asked_for() {
    let Some(browser) = Browser::for_test() else {
        return;
    };
    browser.resize(320, 600).unwrap();
    browser.prefer(Scheme::Dark).unwrap();
    browser.goto(PAGE).unwrap();
    let script = "return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]";
    let seen = browser.run(script, &[]).unwrap();
    assert_eq!(seen, serde_json::json!([320, true]));
    assert!(browser.find("noscript p").is_err());
    browser.scripts(false).unwrap();
    browser.goto(PAGE).unwrap();
    assert_eq!(browser.find("noscript p").unwrap().text().unwrap(), "plain");
}

#[test]
fn the_console_tells_what_the_policy_refused() {
    let Some(browser) = Browser::for_test() else {
        return;
    };
    let policy = "<meta http-equiv=content-security-policy content=\"script-src 'none'\">";
    let url = format!("data:text/html,{policy}<script>1</script>");
    browser.goto(&url).unwrap();
    let lines = browser.console().unwrap();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("Content Security Policy")),
        "{lines:?}"
    );
}
