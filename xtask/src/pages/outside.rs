//! Links into the net: that they are well formed is part of the test, that somebody answers is
//! asked only by `cargo xtask book --links`, since CI may reach nobody.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use super::{markdown, pages};
use crate::{Result, workspace};

/// What is wrong with the form of a link into the net, if anything.
pub(super) fn malformed(target: &str) -> Option<String> {
    let rest = target.strip_prefix("https://");
    let rest = rest.or_else(|| target.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '#', '?']).next());
    let good = host.is_some_and(|host| host.contains('.') || host.starts_with("localhost"));
    let plain = !target.contains(char::is_whitespace);
    (!good || !plain).then(|| format!("the link {target} is no URL that a browser opens"))
}

/// Asks every link, by curl.
///
/// # Errors
///
/// With one line for each that nobody answers.
pub(crate) fn ask_all() -> Result {
    let mut links: BTreeMap<String, String> = BTreeMap::new();
    for page in pages(&workspace::root())? {
        let text = fs::read_to_string(&page)?;
        for link in markdown::links(&text) {
            if link.target.contains("://") {
                let place = format!("{}:{}", page.display(), link.line);
                links.entry(link.target).or_insert(place);
            }
        }
    }
    let mut dead = Vec::new();
    for (link, place) in &links {
        let answers = answers(link)?;
        println!("{} {link}", if answers { "answers" } else { "SILENT " });
        if !answers {
            dead.push(format!("{place}: {link}"));
        }
    }
    if dead.is_empty() {
        return Ok(());
    }
    if dead.len() == links.len() {
        return Err("nobody answers at all: this machine may reach no net".into());
    }
    Err(format!("{} links are silent:\n  {}", dead.len(), dead.join("\n  ")).into())
}

fn answers(link: &str) -> Result<bool> {
    let mut curl = Command::new("curl");
    curl.args(["-sfL", "--max-time", "20", "--output", "/dev/null", link]);
    Ok(curl.stderr(Stdio::null()).status()?.success())
}

#[cfg(test)]
mod tests {
    use super::malformed;

    #[test]
    fn links_into_the_net_have_a_scheme_and_a_host() {
        assert_eq!(malformed("https://keepachangelog.com/en/1.1.0/"), None);
        for bad in [
            "https://",
            "htps://semver.org",
            "https://sem ver.org",
            "https:///path",
        ] {
            assert!(malformed(bad).is_some(), "{bad}");
        }
    }
}
