//! Who else can read the secrets: the admin token, the files that values refer to, and files of
//! settings in which a secret stands.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::super::finding::Finding;
use super::super::patient::Patient;
use crate::admin::Token;
use crate::config::Origin;

/// Read by others, or by the group.
const READ: u32 = 0o044;

/// Written by others, or by the group.
const WRITTEN: u32 = 0o022;

pub(super) fn look(patient: &Patient) -> Vec<Finding> {
    let mut found = Vec::new();
    let token = Token::file_in(&patient.config.state_dir());
    let token_mode = mode(&token);
    if let Some(mode) = token_mode
        && mode & (READ | WRITTEN) != 0
    {
        let what = format!(
            "the admin token {} is open to other users (mode {mode:04o})",
            token.display()
        );
        found.push(
            Finding::warning("secrets.token", what)
                .why("it is refused at the start: what needs the token is off")
                .mend(format!(
                    "rm {}; the next start makes a new one",
                    token.display()
                )),
        );
    }
    let referred = patient.config.referred_files();
    found.extend(
        referred
            .iter()
            .filter_map(|file| open(patient, file, "secrets.file", "a secret is read from it")),
    );
    for (file, keys) in written(patient) {
        let why = format!("it holds {} in clear", keys.join(", "));
        found.extend(open(patient, &file, "secrets.settings", &why));
    }
    found.extend(changeable(patient));
    if found.is_empty() {
        let count = referred.len() + usize::from(token_mode.is_some());
        let what = match count {
            0 => "no file holds one".to_owned(),
            1 => "the one file that holds one is closed to others".to_owned(),
            count => format!("the {count} files that hold one are closed to others"),
        };
        found.push(Finding::ok("secrets.closed", what));
    }
    found
}

/// A file with secrets that others can read.
fn open(patient: &Patient, file: &Path, id: &'static str, why: &str) -> Option<Finding> {
    let mode = mode(file).filter(|mode| mode & READ != 0)?;
    let what = format!(
        "{} can be read by other users (mode {mode:04o})",
        file.display()
    );
    if is_mounted_secret(patient, file) {
        let note = Finding::note(id, what).why("a mounted secret: only this container sees it");
        return Some(note.mend("defaultMode: 0400 in the pod's secret volume closes it further"));
    }
    let finding =
        Finding::warning(id, what).why(format!("{why}: every user of this machine has it"));
    Some(finding.mend(format!("chmod 600 {}", file.display())))
}

/// The files of settings in which secrets stand, with their keys.
fn written(patient: &Patient) -> Vec<(PathBuf, Vec<String>)> {
    let mut files: Vec<(PathBuf, Vec<String>)> = Vec::new();
    for row in patient.config.written_secrets() {
        let Origin::File { path, .. } = row.origin() else {
            continue;
        };
        let (file, key) = (PathBuf::from(path), row.key().to_owned());
        match files.iter_mut().find(|(known, _)| *known == file) {
            Some((_, keys)) => keys.push(key),
            None => files.push((file, vec![key])),
        }
    }
    files
}

/// Whoever can change the settings can do what the service can.
fn changeable(patient: &Patient) -> Option<Finding> {
    let file = patient.config.folder().join("chassis.toml");
    let mode = mode(&file).filter(|mode| mode & 0o002 != 0)?;
    let what = format!(
        "{} can be changed by every user (mode {mode:04o})",
        file.display()
    );
    let finding = Finding::warning("secrets.changeable", what);
    let finding = finding.why("who changes the settings sends calls, and secrets, where he likes");
    Some(finding.mend(format!("chmod o-w {}", file.display())))
}

/// Kubernetes and Docker mount secrets readable by all, into a namespace that has nobody else.
fn is_mounted_secret(patient: &Patient, file: &Path) -> bool {
    let mounted = ["/run/secrets", "/var/run/secrets"];
    patient.is_in_kubernetes() || mounted.iter().any(|folder| file.starts_with(folder))
}

fn mode(file: &Path) -> Option<u32> {
    Some(fs::metadata(file).ok()?.mode() & 0o7777)
}
