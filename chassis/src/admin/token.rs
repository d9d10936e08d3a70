//! The admin token: made at start in a file that only its owner can read.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::hint::black_box;
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Name of the file in the state folder.
const FILE: &str = "admin.token";

/// Bytes of randomness; twice as many hexadecimal digits.
const BYTES: usize = 32;

/// Guards what changes something or shows values.
#[derive(Clone)]
pub struct Token {
    secret: String,
    file: Option<PathBuf>,
}

impl Token {
    /// A token that was configured.
    pub fn configured(secret: impl Into<String>) -> Self {
        Self {
            secret: secret.into(),
            file: None,
        }
    }

    /// The token in the state folder. Instances of one service on one machine share it, so one
    /// that is there and in order is taken; else it is made.
    ///
    /// # Errors
    ///
    /// When the folder cannot be written, or what lies there is not ours alone.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        let file = Self::file_in(folder);
        let failed = |error: io::Error| {
            Error::unavailable(format!("cannot keep the admin token in {}", file.display()))
                .because(error)
        };
        let secret = match read(&file).map_err(failed)? {
            Some(secret) => secret,
            None => write(folder, &file).map_err(failed)?,
        };
        Ok(Self {
            secret,
            file: Some(file),
        })
    }

    /// Where the token of a state folder lies, once it is made.
    pub fn file_in(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }

    /// Where a person finds it; `None` when it was configured.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Whether `given` is the token. Takes the same time wherever the two differ.
    pub fn is(&self, given: &str) -> bool {
        let (own, given) = (self.secret.as_bytes(), given.as_bytes());
        let mut differ = u8::from(own.len() != given.len());
        for (index, byte) in own.iter().enumerate() {
            // Reads on past the end of a shorter text, so that its length shows in no loop.
            differ |= black_box(byte ^ given.get(index).copied().unwrap_or_default());
        }
        black_box(differ) == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("file", &self.file)
            .finish_non_exhaustive()
    }
}

/// The token that lies there already, if it is whole and nobody else can read or have put it.
fn read(path: &Path) -> io::Result<Option<String>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let about = file.metadata()?;
    let folder = fs::metadata(path.parent().unwrap_or(path))?;
    if about.uid() != folder.uid() || about.permissions().mode() & 0o077 != 0 {
        return Err(io::Error::other("others can read it or own it; remove it"));
    }
    let mut text = String::new();
    (&mut file).take(1_024).read_to_string(&mut text)?;
    let whole = text.len() == 2 * BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Ok(whole.then_some(text))
}

/// Makes one. Written beside and renamed, so that no reader finds half of it.
fn write(folder: &Path, path: &Path) -> io::Result<String> {
    fs::create_dir_all(folder)?;
    let mut random = [0_u8; BYTES];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let secret: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
    let beside = folder.join(format!("{FILE}.{}", std::process::id()));
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(secret.as_bytes())?;
    fs::rename(&beside, path)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("chassis-token-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn it_is_made_once_and_only_its_owner_can_read_it() {
        let folder = folder("made");
        let first = Token::in_folder(&folder).unwrap();
        let file = first.file().unwrap();
        assert_eq!(
            fs::metadata(file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let text = fs::read_to_string(file).unwrap();
        assert!(first.is(&text));
        assert!(!first.is(&text[1..]) && !first.is("") && !first.is(&format!("{text}0")));
        assert!(Token::in_folder(&folder).unwrap().is(&text));
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn one_that_others_can_read_is_refused() {
        let folder = folder("open");
        let made = Token::in_folder(&folder).unwrap();
        let file = made.file().unwrap();
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
        let error = Token::in_folder(&folder).unwrap_err();
        assert!(error.to_string().contains("others can read it"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn nothing_of_it_is_shown() {
        assert!(!format!("{:?}", Token::configured("hush")).contains("hush"));
    }
}
