//! [`Kept`]: what held the last time, remembered beside the test that asked.
//!
//! What a package depends on follows from manifests, the lock file and cargo's own settings. While
//! none of them has changed, cargo need not be asked again: three calls of it take longer than the
//! other tests of a small service together.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

/// The place where a workspace that held is remembered.
#[derive(Debug)]
pub(super) struct Kept(PathBuf);

impl Kept {
    /// Beside the program of the test: `cargo clean` forgets it. `None` where that isn't known.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let program = std::env::current_exe().ok()?;
        let mut hasher = DefaultHasher::new();
        (folder, std::env::var_os("CARGO")).hash(&mut hasher);
        let name = format!("hexagon-{:016x}", hasher.finish());
        Some(Self(program.with_file_name(name)))
    }

    /// Whether it held, and nothing that it was judged by is different now.
    pub(super) fn holds(&self) -> bool {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        let Some((sum, files)) = text.split_once('\n') else {
            return false;
        };
        sum == self::sum(files.lines().map(Path::new))
    }

    /// Remembers that it holds for packages with these manifests. Failing to is no fault: then it is
    /// looked at again.
    pub(super) fn keep(&self, manifests: impl IntoIterator<Item = PathBuf>) {
        let files = judged_by(manifests);
        let mut text = sum(files.iter().map(PathBuf::as_path));
        for file in &files {
            text.push('\n');
            text.push_str(&file.to_string_lossy());
        }
        let partial = self.0.with_extension(std::process::id().to_string());
        if fs::write(&partial, text).is_ok() {
            drop(fs::rename(partial, &self.0));
        }
    }
}

/// The files that decide what packages depend on: a manifest inherits from the one of its workspace,
/// and cargo reads its settings in every folder above.
fn judged_by(manifests: impl IntoIterator<Item = PathBuf>) -> BTreeSet<PathBuf> {
    const NAMES: [&str; 4] = [
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/config.toml",
        ".cargo/config",
    ];
    let mut files = BTreeSet::new();
    for manifest in manifests {
        for folder in manifest.ancestors().skip(1) {
            // Also those that aren't there: one that comes changes things.
            files.extend(NAMES.map(|name| folder.join(name)));
        }
    }
    files
}

fn sum<'a>(files: impl Iterator<Item = &'a Path>) -> String {
    let mut hasher = DefaultHasher::new();
    for file in files {
        (file, fs::read(file).ok()).hash(&mut hasher);
    }
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::super::super::folder::Folder;
    use super::*;

    #[test]
    fn it_holds_until_a_manifest_or_a_setting_changes() {
        let folder = Folder::new();
        let (member, kept) = (folder.path().join("domain"), folder.path().join("kept"));
        fs::create_dir_all(&member).unwrap();
        let manifest = member.join("Cargo.toml");
        fs::write(&manifest, "[package]").unwrap();
        let kept = Kept(kept);
        assert!(!kept.holds());
        for change in [
            manifest.clone(),
            folder.path().join("Cargo.lock"),
            folder.path().join("Cargo.toml"),
            member.join(".cargo/config.toml"),
        ] {
            kept.keep([manifest.clone()]);
            assert!(kept.holds());
            fs::create_dir_all(change.parent().unwrap()).unwrap();
            fs::write(&change, "# another").unwrap();
            assert!(!kept.holds(), "{}", change.display());
        }
    }
}
