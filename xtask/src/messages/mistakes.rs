//! What the compiler says to code that a macro cannot take: the expected output of the tests in
//! `chassis-macros/tests/mistakes`, which compile each mistake.

use std::fs;
use std::path::Path;

use crate::{Result, workspace};

const GROUPS: [(&str, &str, &str); 5] = [
    (
        "service",
        "From the compiler: `#[service]`",
        "The contract is a trait of `async fn`s, each with its route. What isn't one is refused where it stands.",
    ),
    (
        "port",
        "From the compiler: `#[port]`",
        "An outbound port is a trait, too, without routes.",
    ),
    (
        "problem",
        "From the compiler: `#[derive(Problem)]`",
        "An error that crosses the wire is an enum whose variants say their status.",
    ),
    (
        "migrations",
        "From the compiler: `migrations!`",
        "The files of the folder become part of the program; what would never run is refused.",
    ),
    (
        "app",
        "From the compiler: the composition root",
        "Where the pieces meet, the compiler speaks; the words after its first line are ours.",
    ),
];

/// What to do, where only the compiler speaks and cannot know it.
const ADVICE: &[(&str, &str)] = &[
    (
        "answer_without_serde",
        "What crosses a wire is `#[derive(Serialize, Deserialize, JsonSchema)]`.",
    ),
    (
        "answer_without_schema",
        "What crosses a wire is `#[derive(Serialize, Deserialize, JsonSchema)]`; the schema becomes OpenAPI.",
    ),
    (
        "parameter_without_serde",
        "A parameter is `Deserialize` for the server and `Serialize` for the client; derive both, and `JsonSchema`.",
    ),
    (
        "field_without_serde",
        "The fields of a problem cross the wire: take a type with serde, or mark the field `#[source]`, which stays at home.",
    ),
    (
        "error_without_failed_call",
        "Any call can fail by itself. Give the error a variant for it: `#[error(transparent)] #[problem(call)] Call(#[from] CallError)`; a port's error implements `From<CallError>`.",
    ),
    (
        "call_on_a_plain_trait_object",
        "Hold it as `Arc<dyn Inventory>`, as `app.client` gives it. An `async fn` cannot be called through a plain `&dyn`; the macro implements the trait for the `Arc`.",
    ),
    (
        "future_not_send",
        "Calls move between threads. Take `Arc` for `Rc`, or let the value go out of scope before the `.await`.",
    ),
    (
        "guard_across_await",
        "Let the guard go before the `.await`: `let count = *self.0.lock()…;` in a block of its own; or hold a `tokio::sync::Mutex`.",
    ),
    (
        "implementation_not_sync",
        "Many calls run at once on one value: put what changes behind a `Mutex`, an atomic or a channel.",
    ),
    (
        "implementation_not_async",
        "Write `async fn`, as the trait does.",
    ),
    (
        "root_not_async",
        "The composition root is `async fn service(app: App) -> chassis::Result`.",
    ),
    (
        "root_without_result",
        "The composition root is `async fn service(app: App) -> chassis::Result`, and ends with `Ok(())`.",
    ),
    (
        "section_without_schema",
        "A section is `#[derive(Deserialize, JsonSchema)]`: by the schema every mistake in it is found at once, with its place.",
    ),
    (
        "value_not_shared_by_clone",
        "The job runs again and again: keep an `Arc` outside, and clone it in the closure before `async move`.",
    ),
    (
        "call_of_another_type",
        "The variant marked `#[problem(call)]` holds a `chassis::CallError` and nothing else.",
    ),
    (
        "not_an_error",
        "Derive `thiserror::Error` beside `Problem`: the message for people comes from `#[error(\"…\")]`.",
    ),
];

/// The part of the page.
pub(super) fn part() -> Result<String> {
    let folder = workspace::root().join("chassis-macros/tests/mistakes");
    let mut part = String::new();
    for (name, title, about) in GROUPS {
        part.push_str(&format!("\n## {title}\n\n{about}\n"));
        for mistake in mistakes(&folder.join(name))? {
            let said = fs::read_to_string(folder.join(name).join(format!("{mistake}.stderr")))?;
            part.push_str(&format!(
                "\n### {}\n\n```text\n{}\n```\n",
                title_of(&mistake),
                first(&said)
            ));
            if let Some((_, advice)) = ADVICE.iter().find(|(name, _)| *name == mistake) {
                part.push_str(&format!("\n{advice}\n"));
            }
        }
    }
    Ok(part)
}

/// The names of the cases, sorted.
fn mistakes(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(stem) = path.file_stem()
        {
            found.push(stem.to_string_lossy().into_owned());
        }
    }
    found.sort();
    Ok(found)
}

/// `body_with_get` is `Body with GET`.
fn title_of(name: &str) -> String {
    let words = name.replace('_', " ");
    let words = words
        .replace(" get", " GET")
        .replace("mut self", "`&mut self`");
    let mut letters = words.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

/// The errors, each to its end, without warnings that only follow from them, and without what
/// rustc adds of our own insides.
fn first(said: &str) -> String {
    let mut blocks: Vec<&str> = Vec::new();
    for block in said.trim_end().split("\n\n") {
        let is_own = !block.starts_with("warning");
        let head = block.lines().next();
        let is_new = !blocks.iter().any(|known| known.lines().next() == head);
        if is_own && is_new {
            blocks.push(block);
        }
    }
    let outline = |block: &&str| {
        let mut kept = Vec::new();
        for line in block.lines() {
            let is_inner = line.starts_with("note: required")
                || line.starts_with("note: method defined here")
                || line.trim_start().starts_with("= note: required for")
                || line.contains("this error originates in the")
                || line.starts_with("help: the following other types");
            if is_inner {
                break;
            }
            kept.push(line);
        }
        kept.join("\n")
    };
    let blocks: Vec<String> = blocks.iter().map(outline).collect();
    blocks.join("\n\n")
}
