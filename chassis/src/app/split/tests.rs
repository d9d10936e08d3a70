use std::fs;
use std::path::PathBuf;

use super::Meeting;

/// A folder of one test's own.
struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let name = format!("chassis-split-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn only_what_nobody_holds_is_removed() {
    let place = Place::new("sweep");
    let living = Meeting::open(&place.0, 1);
    fs::create_dir(living.folder()).unwrap();
    // Of parents that were killed, with a mark and without one; and what is no split's.
    for folder in ["2", "3", "notes"] {
        fs::create_dir(place.0.join(folder)).unwrap();
        fs::write(place.0.join(folder).join("entry"), "x").unwrap();
    }
    fs::write(place.0.join("2.lock"), "").unwrap();
    let next = Meeting::open(&place.0, 4);
    assert_eq!(
        place.names(),
        ["1", "1.lock", "4.lock", "notes", "turn.lock"]
    );
    drop(living);
    assert_eq!(place.names(), ["4.lock", "notes", "turn.lock"]);
    drop(next);
    assert_eq!(place.names(), ["notes", "turn.lock"]);
}

#[test]
fn an_id_that_was_used_before_begins_anew() {
    let place = Place::new("anew");
    fs::create_dir(place.0.join("7")).unwrap();
    let own = Meeting::open(&place.0, 7);
    assert!(!own.folder().exists());
    assert_eq!(place.names(), ["7.lock", "turn.lock"]);
}

#[test]
fn a_place_that_cannot_be_written_is_for_the_children_to_say() {
    let place = Place::new("refused");
    let file = place.0.join("file");
    fs::write(&file, "").unwrap();
    let own = Meeting::open(&file.join("split"), 7);
    assert_eq!(own.folder(), file.join("split/7"));
}
