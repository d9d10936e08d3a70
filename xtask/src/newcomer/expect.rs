//! What the chapter shows beside what is to be seen.

/// Whether the lines of `shown` follow one another in `seen`. A `…` stands for anything within its
/// line, a line that is only `…` for any number of lines.
pub(super) fn shows(seen: &str, shown: &str) -> bool {
    let seen: Vec<&str> = seen.lines().map(str::trim_end).collect();
    let shown: Vec<&str> = shown.trim_end().lines().map(str::trim_end).collect();
    (0..=seen.len()).any(|start| follow(&seen[start..], &shown))
}

fn follow(seen: &[&str], shown: &[&str]) -> bool {
    match shown.split_first() {
        None => true,
        Some((&"…", rest)) => (0..=seen.len()).any(|start| follow(&seen[start..], rest)),
        Some((first, rest)) => seen
            .split_first()
            .is_some_and(|(line, others)| like(line, first) && follow(others, rest)),
    }
}

/// One line beside one with `…`.
pub(super) fn like(line: &str, shown: &str) -> bool {
    let mut pieces = shown.split('…');
    let Some(mut rest) = pieces.next().and_then(|first| line.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// The message where it isn't seen.
pub(super) fn missing(shown: &str, seen: &str) -> String {
    format!(
        "the chapter shows\n{}\nbut this is seen:\n{seen}",
        shown.trim_end()
    )
}

/// Seconds that cargo says it built for: `Finished … in 1m 02s`.
pub(super) fn builds(seen: &str) -> f64 {
    let finished = seen
        .lines()
        .filter(|line| line.trim_start().starts_with("Finished "));
    finished
        .filter_map(|line| {
            line.rsplit_once(" in ")
                .map(|(_, took)| seconds(took.trim()))
        })
        .sum()
}

/// `1m 02s` or `0.21s`.
fn seconds(took: &str) -> f64 {
    let words = took.split(' ').filter_map(|word| {
        let (number, unit) = word.split_at_checked(word.len().checked_sub(1)?)?;
        let number: f64 = number.parse().ok()?;
        Some(if unit == "m" { number * 60.0 } else { number })
    });
    words.sum()
}

/// Whether a page's text holds what a line shows, wherever.
pub(super) fn reads(text: &str, shown: &str) -> bool {
    text.lines().any(|line| like(line, &format!("…{shown}…")))
}
