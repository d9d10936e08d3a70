//! The rules on pages written for the purpose; the real ones are the step `pages`.

use std::fs;
use std::path::PathBuf;

use super::markdown::{headings, links};
use super::{check, findings};

/// A checkout with a README, an example and a book of one page; removed when dropped.
struct Checkout(PathBuf);

const EXAMPLE: &str = "// ANCHOR: main\nfn main() {}\n// ANCHOR_END: main\n";

impl Checkout {
    fn of(name: &str, readme: &str, page: &str) -> Self {
        let root =
            std::env::temp_dir().join(format!("chassis-pages-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("docs/src")).unwrap();
        fs::write(root.join("README.md"), readme).unwrap();
        fs::write(root.join("example.rs"), EXAMPLE).unwrap();
        fs::write(root.join("docs/src/page.md"), page).unwrap();
        Self(root)
    }

    fn findings(&self) -> Vec<String> {
        findings(&self.0).unwrap()
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn the_real_pages_hold() {
    if let Err(error) = check() {
        panic!("{error}");
    }
}

#[test]
fn links_in_code_are_no_links() {
    let text = "[a](b.md) `[c](d.md)`\n```text\n[e](f.md)\n```\n[g]: h.md\n";
    let targets: Vec<String> = links(text).into_iter().map(|link| link.target).collect();
    assert_eq!(targets, ["b.md", "h.md"]);
}

#[test]
fn headings_become_anchors() {
    assert_eq!(
        headings("# How a request flows\n## `bench`, counted\n"),
        ["how-a-request-flows", "bench-counted"]
    );
}

#[test]
fn a_link_to_nothing_is_found() {
    let checkout = Checkout::of(
        "links",
        "[book](docs/src/page.md#title) [gone](gone.md)\n[no](docs/src/page.md#no)",
        "# Title",
    );
    let found = checkout.findings();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("README.md:1: the link gone.md"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("README.md:2: the link docs/src/page.md#no"),
        "{found:?}"
    );
}

#[test]
fn code_that_is_compiled_elsewhere_passes() {
    let readme = "<!-- code: example.rs:main -->\n```rust\nfn main() {}\n```";
    let page = "```rust\n{{#include ../../example.rs:main}}\n```";
    assert_eq!(
        Checkout::of("compiled", readme, page).findings(),
        Vec::<String>::new()
    );
}

#[test]
fn code_that_rots_is_found() {
    let readme = "<!-- code: example.rs:main -->\n```rust\nfn main() { old() }\n```\n```rust\nfn loose() {}\n```";
    let page = "```rust\n{{#include ../../example.rs:gone}}\n```";
    let found = Checkout::of("rots", readme, page).findings();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found
            .iter()
            .any(|line| line.contains("differs from example.rs:main")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|line| line.contains("nothing compiles")),
        "{found:?}"
    );
    assert!(
        found.iter().any(|line| line.contains("no ANCHOR: gone")),
        "{found:?}"
    );
}
