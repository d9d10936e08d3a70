//! Names of keys: which are near to each other, which are the same, which hold secrets.

/// The name as a variable can spell it: lower case, `_` for `-`.
pub(super) fn fold(name: &str) -> String {
    name.to_lowercase().replace('-', "_")
}

/// The variable that sets `key`: `http.max-body` is `CHASSIS_HTTP__MAX_BODY`.
pub(super) fn variable(key: &str) -> String {
    format!("CHASSIS_{}", fold(key).replace('.', "__").to_uppercase())
}

/// The known name nearest to `name`, if one is near enough to be a slip of the hand.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(name);
    let reach = (folded.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&folded, &fold(candidate)),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, candidate)| candidate)
}

const SECRET: [&str; 7] = [
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "key",
    "credential",
];

/// Whether a key of this name holds a secret: `password`, `api_key`, `db.root-password`, or an
/// entry of a table of them (`tokens.alice`).
pub(super) fn is_secret(key: &str) -> bool {
    let mut segments = key
        .rsplit(['.', '['])
        .map(|segment| fold(segment.trim_end_matches(']')));
    let last = segments.next().unwrap_or_default();
    let table = segments.next().unwrap_or_default();
    ends_secret(&last) || ends_secret_plural(&last) || ends_secret_plural(&table)
}

fn ends_secret(name: &str) -> bool {
    SECRET.iter().any(|word| ends_with_word(name, word))
}

fn ends_secret_plural(name: &str) -> bool {
    name.strip_suffix('s').is_some_and(ends_secret)
}

fn ends_with_word(name: &str, word: &str) -> bool {
    name.strip_suffix(word)
        .is_some_and(|front| front.is_empty() || front.ends_with('_'))
}

/// Whether a key of this name holds a URL, whose `file:` is a scheme and not a reference.
pub(super) fn is_url(key: &str) -> bool {
    let last = fold(key.rsplit('.').next().unwrap_or_default());
    let last = last.split('[').next().unwrap_or_default();
    ["url", "urls", "uri", "uris"]
        .iter()
        .any(|word| ends_with_word(last, word))
}

/// A list for a person: `a, b or c`.
pub(super) fn either<S: AsRef<str>>(names: &[S]) -> String {
    match names {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [front @ .., last] => {
            let front: Vec<&str> = front.iter().map(AsRef::as_ref).collect();
            format!("{} or {}", front.join(", "), last.as_ref())
        }
    }
}
