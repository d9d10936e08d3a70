//! How a chapter is read, on chapters written for the purpose; the real one is the step `newcomer`.

use super::chapter::{Action, Change, steps};
use super::edit::replace;
use super::expect::{builds, like, shows};
use super::terminal::plain;

fn action(text: &str) -> Action {
    let mut steps = steps(text).unwrap();
    assert_eq!(steps.len(), 1);
    steps.remove(0).action
}

fn refused(text: &str) -> String {
    steps(text).unwrap_err().to_string()
}

#[test]
fn what_is_seen_belongs_to_what_was_typed() {
    let seen = action("```sh\nls\n```\nwhich says\n```text\na\n```\n");
    let typed = Action::Type {
        lines: "ls\n".to_owned(),
        succeeds: true,
        seen: "a\n".to_owned(),
    };
    assert_eq!(seen, typed);
}

#[test]
fn a_page_and_a_key_are_known() {
    let look = action("```text,page\nhttp://localhost/\nstock\n```\n");
    assert!(
        matches!(look, Action::Look { url, seen } if url == "http://localhost/" && seen == "stock\n")
    );
    let key = action("```text\n^C\nstopped\n```\n");
    assert!(matches!(key, Action::Interrupt { seen } if seen == "stopped\n"));
}

#[test]
fn code_goes_where_the_text_says() {
    let change = action("Into `a/b.rs`, which\nis new:\n\n```rust,file=a/b.rs\nfn f() {}\n```\n");
    assert!(matches!(change, Action::Change { path, how: Change::Write, .. } if path == "a/b.rs"));
    let hidden = refused("`a.rs` is elsewhere.\n\nHere:\n\n```rust,file=a.rs\n```\n");
    assert!(hidden.contains("doesn't say `a.rs`"), "{hidden}");
}

#[test]
fn a_block_that_nobody_could_follow_is_refused() {
    assert!(refused("```rust\nfn f() {}\n```\n").contains("what to do with it"));
    assert!(refused("```text\na\n```\n").contains("nothing was typed"));
    assert!(
        refused("```sh\nls\n```\n```text\na\n```\n```text\nb\n```\n").contains("nothing was typed")
    );
}

#[test]
fn dots_stand_for_anything_where_they_stand() {
    assert!(like("took 12 ms", "took … ms") && !like("took 12 s", "took … ms"));
    assert!(like("abc", "a…c") && like("ac", "a…c") && !like("acb", "a…c"));
    assert!(like("one two three", "…two…") && !like("one", "…two…"));
}

#[test]
fn shown_lines_follow_one_another() {
    assert!(shows("x\na\nb\ny", "a\nb"));
    assert!(!shows("a\nx\nb", "a\nb"));
    assert!(shows("a\nx\nb", "a\n…\nb"));
    assert!(!shows("b\na", "a\n…\nb"));
}

#[test]
fn lines_are_replaced_only_where_they_are_once() {
    assert_eq!(
        replace("a\nb\nc\n", &["b"], "x\ny\n").unwrap(),
        "a\nx\ny\nc\n"
    );
    assert!(
        replace("a\na\n", &["a"], "")
            .unwrap_err()
            .to_string()
            .contains("2 times")
    );
    assert!(
        replace("a\n", &["b"], "")
            .unwrap_err()
            .to_string()
            .contains("0 times")
    );
}

#[test]
fn builds_are_summed_as_cargo_says_them() {
    let said = "    Finished `dev` profile in 1m 02s\n    Finished `test` profile in 0.50s\n";
    assert!((builds(said) - 62.5).abs() < 1e-9);
}

#[test]
fn colours_are_not_seen() {
    assert_eq!(
        plain("\u{1b}[1;32mok\u{1b}[0m\r\n\u{1b}]8;;url\u{7}x"),
        "ok\nx"
    );
}
