//! As much of Markdown as the checks need: fenced blocks, links, headings.

/// A link's target and its line.
pub(super) struct Link {
    pub(super) line: usize,
    pub(super) target: String,
}

/// A fenced block.
pub(crate) struct Block {
    pub(crate) line: usize,
    /// What stands behind the fence: `rust,ignore`.
    pub(crate) language: String,
    pub(crate) text: String,
    /// The last line with something in it before the fence.
    pub(crate) before: String,
}

impl Block {
    pub(super) fn is_rust(&self) -> bool {
        self.language.split([',', ' ']).next() == Some("rust")
    }
}

/// Every fenced block.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let (mut open, mut before) = (false, "");
    for (index, line) in text.lines().enumerate() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            open = !open;
            if open {
                let language = language.trim().to_owned();
                found.push(Block {
                    line: index + 1,
                    language,
                    text: String::new(),
                    before: before.to_owned(),
                });
            }
        } else if open && let Some(block) = found.last_mut() {
            block.text.push_str(line);
            block.text.push('\n');
        }
        if !line.trim().is_empty() {
            before = line.trim();
        }
    }
    found
}

/// Every `[text](target)` and `[name]: target` outside of code.
pub(super) fn links(text: &str) -> Vec<Link> {
    let mut found = Vec::new();
    for (line, content) in prose(text) {
        if let Some((name, target)) = content.split_once("]: ")
            && name.starts_with('[')
            && !name.contains("](")
        {
            found.push(Link {
                line,
                target: target.trim().to_owned(),
            });
        }
        let mut rest = content.as_str();
        while let Some((_, after)) = rest.split_once("](") {
            let (target, behind) = after.split_once(')').unwrap_or((after, ""));
            let target = target.split(' ').next().unwrap_or_default();
            found.push(Link {
                line,
                target: target.trim_matches(['<', '>']).to_owned(),
            });
            rest = behind;
        }
    }
    found
}

/// The anchors that headings get: `How a request flows` is `how-a-request-flows`.
pub(super) fn headings(text: &str) -> Vec<String> {
    let titles = prose_lines(text).filter_map(|(_, line)| {
        line.strip_prefix('#')
            .map(|rest| rest.trim_start_matches('#'))
    });
    titles.map(|title| slug(title.trim())).collect()
}

fn slug(title: &str) -> String {
    let kept = title
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

/// The lines outside of fenced blocks, with inline code taken out.
fn prose(text: &str) -> impl Iterator<Item = (usize, String)> + '_ {
    prose_lines(text).map(|(line, content)| (line, content.split('`').step_by(2).collect()))
}

fn prose_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut open = false;
    text.lines().enumerate().filter_map(move |(index, line)| {
        if line.trim_start().starts_with("```") {
            open = !open;
            return None;
        }
        (!open).then_some((index + 1, line))
    })
}
