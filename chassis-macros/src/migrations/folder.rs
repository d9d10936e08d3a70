//! The files of the folder. What sqlx would pass over in silence is a mistake here.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// One file.
pub(super) struct File {
    /// `0001_items.sql`.
    pub(super) name: String,
    /// Its absolute path.
    pub(super) path: String,
}

/// The SQL files, by name.
///
/// # Errors
///
/// When there is no such folder or no file in it, a name is without its number, or a number is taken
/// twice.
pub(super) fn read(folder: &Path) -> Result<Vec<File>, String> {
    let entries = fs::read_dir(folder)
        .map_err(|error| format!("{error}; make the folder beside Cargo.toml, {EXAMPLE}"))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| error.to_string())?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let (Some(name), Some(path)) = (name, path.to_str())
            && name.ends_with(".sql")
        {
            let (name, path) = (name.to_owned(), path.to_owned());
            files.push(File { name, path });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    check(&files)?;
    Ok(files)
}

const EXAMPLE: &str = "with files such as 0001_items.sql";

fn check(files: &[File]) -> Result<(), String> {
    if files.is_empty() {
        return Err(format!("there is none; begin {EXAMPLE}"));
    }
    let mut taken = HashMap::new();
    for File { name, .. } in files {
        let number = name
            .split_once('_')
            .and_then(|(first, _)| first.parse().ok());
        let number: i64 = number.ok_or_else(|| {
            format!("`{name}` has no number, by which they are put in order; call it 0001_{name}")
        })?;
        let direction = (name.ends_with(".up.sql"), name.ends_with(".down.sql"));
        if let Some(other) = taken.insert((number, direction), name) {
            return Err(format!(
                "`{other}` and `{name}` have the same number; give the later one a higher one"
            ));
        }
    }
    Ok(())
}
