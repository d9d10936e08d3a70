//! Why calls of other services fail, as a log or a test shows it.

use super::case::Program;
use super::mask::mask;
use super::stage::Stage;
use crate::{Result, command};

/// The case's name in `chassis/examples/mishaps/calls.rs`, its title, and what to do.
const CASES: &[(&str, &str, &str)] = &[
    (
        "nobody",
        "Nobody is registered under the name",
        "Is the other service up, and does it register in the same registry (`registry.url`)? The name is the contract's unless `client.inventory.url` says another.",
    ),
    (
        "refused",
        "Nobody listens there",
        "The machine answers, the port doesn't: the service is down, or listens elsewhere. A call that found no connection was never sent, so it may be tried again.",
    ),
    (
        "broken",
        "It failed too often just now",
        "Nothing was sent: the calls before this one failed, and a dependency that is down isn't helped by more of them. After some seconds a few calls try whether it is back. `/admin/ports` says what the breaker counted.",
    ),
    (
        "silent",
        "It takes too long",
        "The limit is `client.inventory.attempt_timeout`, or the method's `timeout` in the contract. The other side may have done the work all the same.",
    ),
    (
        "late",
        "The caller's own time is over",
        "Nothing was sent. Somebody before us used the time up: the trace shows who.",
    ),
    (
        "crowded",
        "Too many calls at once",
        "Either the other side has become slow and calls pile up, or the limits are small for what you ask of it.",
    ),
    (
        "hangs up",
        "The connection breaks in the middle",
        "The other side may have done the work. Only methods that say `idempotent` may be called again blindly. Its own log says why it hung up.",
    ),
    (
        "no http",
        "It speaks another protocol",
        "The port belongs to something else. HTTP/1 without TLS is expected.",
    ),
    (
        "no tls",
        "It doesn't speak TLS",
        "The URL says `https:`, and what answers speaks plain HTTP. Inside a cluster that is often meant so: then say `http:`.",
    ),
    (
        "other status",
        "A status that the contract doesn't know",
        "Mostly a proxy in between, which answers in the service's place.",
    ),
    (
        "other type",
        "Something that isn't JSON",
        "Mostly a proxy's page, or the URL lacks its prefix.",
    ),
    (
        "other value",
        "JSON of another shape",
        "The other side has a newer contract that isn't compatible, or it is another service altogether.",
    ),
    ("moved", "A redirect", ""),
    ("large", "An answer that is too large", ""),
    (
        "problem",
        "An error that the contract doesn't name",
        "The other side's contract is newer than yours, or a service behind it failed. Match `CallError::Problem` to see its type.",
    ),
    (
        "panicked",
        "It panicked, in this process",
        "The line before it in the log has the panic's own message and its place.",
    ),
];

/// The part of the page.
///
/// # Errors
///
/// When a case is not told, or one is told that has no title.
pub(super) fn part(stage: &Stage) -> Result<String> {
    let (mut line, folder) = stage.command(Program::Mishap("calls"))?;
    line.stderr(std::process::Stdio::null());
    let output = line.output()?;
    let told = String::from_utf8(output.stdout)?;
    if !output.status.success() {
        return Err(format!("{}: {told}", command::line(&line)).into());
    }
    let told = mask(&told, &folder.display().to_string());
    let mut part = ABOUT.to_owned();
    for (name, title, advice) in CASES {
        let mark = format!("[{name}] ");
        let said = told.lines().find_map(|line| line.strip_prefix(&mark));
        let said = said.ok_or_else(|| format!("the case {name:?} of calls.rs says nothing"))?;
        let (kind, text) = said.split_once(": ").ok_or("a failure without its kind")?;
        part.push_str(&format!(
            "\n### {title}\n\n`error.type` is `{kind}`.\n\n```text\n{text}\n```\n"
        ));
        if !advice.is_empty() {
            part.push_str(&format!("\n{advice}\n"));
        }
    }
    match told.lines().count() == CASES.len() {
        true => Ok(part),
        false => Err(format!("calls.rs tells more than has a title:\n{told}").into()),
    }
}

const ABOUT: &str = "
## From a call of another service

`CallError` says why a call failed although the callee answered nothing that its contract names. The
texts are for your log; whoever calls you sees only the type (`urn:problem:chassis:connect`) and 502,
503 or 504. `error.type` in metrics, spans and the access log is the kind.
";
