use std::fs;
use std::path::PathBuf;

use quote::quote;

use super::migrations;

/// A crate's folder with these files; removed when dropped.
struct Crate(PathBuf);

impl Crate {
    fn with(name: &str, files: &[&str]) -> Self {
        let root = std::env::temp_dir().join(format!("migrations-{name}-{}", std::process::id()));
        fs::create_dir_all(root.join("migrations")).unwrap();
        for file in files {
            fs::write(root.join("migrations").join(file), "SELECT 1").unwrap();
        }
        Self(root)
    }

    fn expand(&self) -> String {
        migrations(quote!(), &self.0).to_string()
    }
}

impl Drop for Crate {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn the_files_come_in_the_order_of_their_names() {
    let expanded = Crate::with("all", &["0002_b.sql", "0001_a.sql", "readme.md"]).expand();
    let (first, second) = (expanded.find("0001_a.sql"), expanded.find("0002_b.sql"));
    assert!(first.unwrap() < second.unwrap(), "{expanded}");
    assert!(expanded.starts_with(":: chassis :: __private :: migrations"));
    assert_eq!(expanded.matches("include_str").count(), 2);
}

#[test]
fn both_directions_of_a_number_are_two_files() {
    let files = ["1_a.up.sql", "1_a.down.sql"];
    assert!(
        !Crate::with("both", &files)
            .expand()
            .contains("compile_error")
    );
}

#[test]
fn what_would_never_run_is_a_mistake() {
    let said = |name: &str, files: &[&str]| {
        let expanded = Crate::with(name, files).expand();
        assert!(expanded.contains("compile_error"), "{expanded}");
        expanded
    };
    assert!(said("none", &[]).contains("begin with files such as 0001_items.sql"));
    assert!(said("unnumbered", &["items.sql"]).contains("call it 0001_items.sql"));
    let twice = said("twice", &["0001_a.sql", "1_b.sql"]);
    assert!(
        twice.contains("`0001_a.sql` and `1_b.sql` have the same number"),
        "{twice}"
    );
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let there = Crate::with("elsewhere", &[]);
    let expanded = migrations(quote!("sql/orders"), &there.0).to_string();
    assert!(
        expanded.contains("migrations in `sql/orders`"),
        "{expanded}"
    );
    assert!(
        expanded.contains("make the folder beside Cargo.toml"),
        "{expanded}"
    );
    let expanded = migrations(quote!(sql), &there.0).to_string();
    assert!(expanded.contains("in quotes"), "{expanded}");
}
