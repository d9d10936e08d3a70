//! The rules on trees written for the purpose; the real tree is the step `arrows`.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use super::paths::{exports, used};
use super::{breaches, check};

fn paths(source: &str, module: &[&str]) -> Vec<String> {
    let module: Vec<String> = module.iter().map(ToString::to_string).collect();
    used(source, &module)
        .into_iter()
        .map(|used| used.path.join("::"))
        .collect()
}

/// A source folder with these files, removed when it is dropped.
struct Tree(PathBuf);

impl Tree {
    fn of(name: &str, files: &[(&str, &str)]) -> Self {
        let root =
            std::env::temp_dir().join(format!("chassis-arrows-{name}-{}", std::process::id()));
        for (path, text) in files {
            let file = root.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        Self(root)
    }

    fn breaches(&self) -> Vec<String> {
        breaches(&self.0).unwrap()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn the_real_tree_holds() {
    if let Err(error) = check() {
        panic!("{error}");
    }
}

#[test]
fn groups_and_renames_are_taken_apart() {
    let source = "use crate::{health::{Check, State as S}, Context};\nfn f(x: crate::app::App) {}";
    assert_eq!(
        paths(source, &["http"]),
        ["health::Check", "health::State::S", "Context", "app::App"]
    );
}

#[test]
fn super_is_resolved_from_files_and_inline_modules() {
    assert_eq!(
        paths("use super::super::app::App;", &["http", "edge"]),
        ["app::App"]
    );
    assert_eq!(paths("use super::app::App;", &["http"]), ["app::App"]);
    assert_eq!(
        paths(
            "mod inner { use super::super::route::Table; }",
            &["http", "edge"]
        ),
        ["http::route::Table"]
    );
}

#[test]
fn comments_text_and_tests_are_passed_over() {
    let source = "// crate::app\n/* crate::app */ const A: &str = \"crate::app\"; const B: &str = r#\"\"crate::app\"#;
        const C: char = '\"'; fn f<'a>(x: &'a str) {} mod tests { use crate::app::App; } use crate::port::Port;";
    assert_eq!(paths(source, &["http"]), ["port::Port"]);
}

#[test]
fn names_at_the_root_are_traced_to_their_folder() {
    let root = exports("pub use app::{App, run::Chassis};\npub use context::Context;");
    let expected = [("App", "app"), ("Chassis", "app"), ("Context", "context")];
    assert_eq!(
        root,
        expected
            .map(|(name, from)| (name.to_owned(), from.to_owned()))
            .into_iter()
            .collect::<HashMap<_, _>>()
    );
}

#[test]
fn an_arrow_upwards_is_found_also_by_the_roots_name() {
    let tree = Tree::of(
        "up",
        &[
            ("lib.rs", "pub use app::App;"),
            ("health/mod.rs", "use crate::http::Edge;"),
            ("http/edge.rs", "use crate::health::Check;\nuse crate::App;"),
        ],
    );
    let found = tree.breaches();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found[0].starts_with("health/mod.rs:1: health uses http"),
        "{found:?}"
    );
    assert!(
        found[1].starts_with("http/edge.rs:2: http uses app (crate::App)"),
        "{found:?}"
    );
}

#[test]
fn a_file_of_another_folder_is_out_of_reach_unless_its_index_shows_it() {
    let tree = Tree::of(
        "reach",
        &[
            ("lib.rs", ""),
            ("discovery/consul.rs", ""),
            ("discovery/words.rs", ""),
            ("discovery/mod.rs", "mod consul;\npub mod words;"),
            ("discovery/balance/mod.rs", ""),
            (
                "http/mod.rs",
                "use crate::discovery::{balance::Pick, consul::Agent, words::NAME};",
            ),
        ],
    );
    let found = tree.breaches();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("crate::discovery::consul::Agent"),
        "{found:?}"
    );
}

#[test]
fn folders_beside_each_other_are_apart_unless_listed() {
    let tree = Tree::of(
        "beside",
        &[
            ("lib.rs", ""),
            ("contract/mod.rs", "use crate::port::Crossing;"),
            ("port/mod.rs", "use crate::contract::Info;"),
        ],
    );
    let found = tree.breaches();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("port/mod.rs:1"), "{found:?}");
}

#[test]
fn a_folder_without_a_place_is_named() {
    let tree = Tree::of("place", &[("lib.rs", ""), ("misc/mod.rs", "")]);
    assert!(tree.breaches()[0].contains("give misc its place"));
}
