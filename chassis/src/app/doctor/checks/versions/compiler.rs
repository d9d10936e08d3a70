//! Which compiler built this program: it leaves its name in section `.comment` of an ELF file, where
//! no build script has to put it.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// What the compiler's line begins with.
const MARK: &str = "rustc version ";

/// No honest comment is longer.
const LONGEST: usize = 64 << 10;

/// `1.95.0 (0abcdef12 2026-03-01)`; `None` where the file isn't ELF or was stripped of it.
pub(super) fn version(program: &Path) -> Option<String> {
    let file = File::open(program).ok()?;
    let header = read(&file, 0, 64)?;
    // 64 bits, little-endian: all that is in use beside it has no such section.
    header.starts_with(b"\x7fELF\x02\x01").then_some(())?;
    let (table, size) = (number(&header, 40, 8)?, number(&header, 58, 2)?);
    let (count, names) = (number(&header, 60, 2)?, number(&header, 62, 2)?);
    let section = |index: u64| {
        let entry = read(&file, table + index * size, usize::try_from(size).ok()?)?;
        let (name, offset, length) = (
            number(&entry, 0, 4)?,
            number(&entry, 24, 8)?,
            number(&entry, 32, 8)?,
        );
        Some((name, offset, length))
    };
    let (_, names, _) = section(names)?;
    let comment = (0..count)
        .filter_map(section)
        .find(|(name, ..)| read(&file, names + name, 9).is_some_and(|name| name == *b".comment\0"));
    let (_, offset, length) = comment?;
    let text = read(&file, offset, usize::try_from(length).ok()?.min(LONGEST))?;
    text.split(|byte| *byte == 0)
        .filter_map(|line| std::str::from_utf8(line).ok())
        .find_map(|line| line.strip_prefix(MARK).map(str::to_owned))
}

fn read(file: &File, offset: u64, length: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, offset).ok()?;
    Some(bytes)
}

/// The little-endian number of `length` bytes at `at`.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let digits = bytes.get(at..at + length)?.iter().rev();
    Some(digits.fold(0, |number, digit| (number << 8) | u64::from(*digit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_program_names_its_compiler() {
        let version = version(&std::env::current_exe().unwrap()).unwrap();
        assert!(version.starts_with("1."), "{version}");
    }

    #[test]
    fn what_is_no_program_names_none() {
        let folder = std::env::temp_dir();
        let file = folder.join(format!("chassis-compiler-{}", std::process::id()));
        let cut =
            b"\x7fELF\x02\x01 and then nothing of a header that anybody could read ............";
        for bytes in [&b""[..], b"#!/bin/sh\n", cut] {
            std::fs::write(&file, bytes).unwrap();
            assert_eq!(version(&file), None);
        }
        std::fs::remove_file(&file).unwrap();
        assert_eq!(version(&folder), None);
    }
}
