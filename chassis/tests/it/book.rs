//! The book's tables of settings are those of the settings' own docs.
//!
//! `cargo xtask settings` (`UPDATE_GOLDEN=1`) writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

/// The end of a table that begins with `<!-- settings: NAME -->`.
const END: &str = "<!-- settings end -->";

fn chapters() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut chapters: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    chapters.sort();
    chapters
}

/// The page with each of its tables made anew, and the sections that it shows.
fn renewed(page: &str) -> (String, Vec<String>) {
    let (mut text, mut shown) = (String::new(), Vec::new());
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("<!-- settings: ") {
        let (name, after) = after.split_once(" -->\n").unwrap();
        let (_, after) = after.split_once(END).unwrap();
        let all = chassis::references();
        let section = all.iter().find(|section| section.name() == name);
        let section = section.unwrap_or_else(|| panic!("there is no section {name}"));
        let table = section.to_markdown();
        text += &format!("{before}<!-- settings: {name} -->\n\n{table}\n{END}");
        shown.push(name.to_owned());
        rest = after;
    }
    (text + rest, shown)
}

#[test]
fn every_section_is_in_the_book_as_its_type_says_it() {
    let mut shown = Vec::new();
    for chapter in chapters() {
        let page = fs::read_to_string(&chapter).unwrap();
        let (renewed, sections) = renewed(&page);
        shown.extend(sections);
        if renewed == page {
            continue;
        }
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&chapter, renewed).unwrap();
            continue;
        }
        panic!(
            "the settings in {} are not what their types say; write them anew: cargo xtask settings",
            chapter.display()
        );
    }
    shown.sort();
    let mut all: Vec<String> = chassis::references()
        .iter()
        .map(|section| section.name().to_owned())
        .collect();
    all.sort();
    assert_eq!(shown, all, "each section has one place in the book");
}
