//! The book's tables of settings are those of the settings' own docs.
//!
//! `cargo xtask settings` (`UPDATE_GOLDEN=1`) writes them anew.

use std::fs;
use std::path::{Path, PathBuf};

/// The end of a table that begins with `<!-- settings: NAME -->`.
const END: &str = "<!-- settings end -->";

fn chapters() -> Vec<PathBuf> {
    let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src");
    let mut chapters = Vec::new();
    for folder in [book.clone(), book.join("policies")] {
        let files = fs::read_dir(folder).unwrap();
        let files = files.map(|entry| entry.unwrap().path());
        chapters.extend(files.filter(|path| path.extension().is_some_and(|it| it == "md")));
    }
    chapters.sort();
    chapters
}

/// The names of the tables on a page.
fn names(page: &str) -> Vec<String> {
    let tables = page.split("<!-- settings: ").skip(1);
    let names = tables.map(|after| after.split_once(" -->\n").unwrap().0.to_owned());
    names.filter(|name| name != "end").collect()
}

/// A section's table, or the part of it that a name such as `client.default.retry` stands for. What
/// has a table of its own in `elsewhere` isn't repeated.
fn table(name: &str, elsewhere: &[String]) -> String {
    let section = name.split('.').next().unwrap();
    let all = chassis::references();
    let section = all.iter().find(|known| known.name() == section);
    let section = section.unwrap_or_else(|| panic!("there is no section {name}"));
    let is_in = |row: &str, table: &str| row.starts_with(&format!("| `{table}."));
    let text = section.to_markdown();
    let rows = text.lines().enumerate().filter(|(line, row)| {
        let own = is_in(row, name);
        let others = elsewhere.iter().filter(|other| other.len() > name.len());
        *line < 2 || own && !others.into_iter().any(|other| is_in(row, other))
    });
    let rows: Vec<&str> = rows.map(|(_, row)| row).collect();
    assert!(rows.len() > 2, "{name} has no key");
    rows.join("\n") + "\n"
}

/// The page with each of its tables made anew.
fn renewed(page: &str, elsewhere: &[String]) -> String {
    let mut text = String::new();
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("<!-- settings: ") {
        let (name, after) = after.split_once(" -->\n").unwrap();
        let (_, after) = after.split_once(END).unwrap();
        let table = table(name, elsewhere);
        text += &format!("{before}<!-- settings: {name} -->\n\n{table}\n{END}");
        rest = after;
    }
    text + rest
}

#[test]
fn every_section_is_in_the_book_as_its_type_says_it() {
    let pages = chapters().into_iter();
    let pages: Vec<_> = pages
        .map(|chapter| (fs::read_to_string(&chapter).unwrap(), chapter))
        .collect();
    let mut shown: Vec<String> = pages.iter().flat_map(|(page, _)| names(page)).collect();
    for (page, chapter) in pages {
        let renewed = renewed(&page, &shown);
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
    // Parts of a section may stand on pages of their own.
    shown.retain(|name| !name.contains('.'));
    shown.sort();
    let mut all: Vec<String> = chassis::references()
        .iter()
        .map(|section| section.name().to_owned())
        .collect();
    all.sort();
    assert_eq!(shown, all, "each section has one place in the book");
}
