//! What differs from run to run is replaced by what stands for it: folders, times, ports, ids.

/// `text` as it would read on any machine. `folder` is where the case ran.
pub(super) fn mask(text: &str, folder: &str) -> String {
    let text = text.replace(folder, "/srv/greeter");
    let lines: Vec<String> = text.lines().map(line).collect();
    lines.join("\n").trim_end().to_owned()
}

fn line(line: &str) -> String {
    let line = match line.split_once('Z') {
        // A log line begins with its time.
        Some((time, rest)) if is_time(time) => rest.trim_start().to_owned(),
        _ => line.to_owned(),
    };
    let line = hex(&line, "trace_id");
    let line = hex(&line, "span_id");
    // How long a phase took, beside its limit that stands before it; a wait with its jitter.
    let line = number(&line, "took_ms=", 200);
    ports(&number(&line, "tried again in ", 13))
}

/// The number after `mark` becomes `shown`.
fn number(line: &str, mark: &str, shown: u32) -> String {
    match line.split_once(mark) {
        Some((before, after)) => {
            let after = after.trim_start_matches(|letter: char| letter.is_ascii_digit());
            format!("{before}{mark}{shown}{after}")
        }
        None => line.to_owned(),
    }
}

fn is_time(text: &str) -> bool {
    text.len() > 18
        && text
            .chars()
            .all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | ':' | 'T' | '.'))
}

/// ` NAME=HEX` goes: it tells nothing on a page.
fn hex(line: &str, name: &str) -> String {
    let mark = format!(" {name}=");
    match line.split_once(&mark) {
        Some((before, after)) => {
            let after = after.trim_start_matches(|letter: char| letter.is_ascii_hexdigit());
            format!("{before}{after}")
        }
        None => line.to_owned(),
    }
}

/// Ports that the kernel chose, above those that the cases name: `127.0.0.1:41234`.
fn ports(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("127.0.0.1:") {
        let (before, after) = rest.split_at(at + "127.0.0.1:".len());
        let digits = after
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(after.len());
        let (port, after) = after.split_at(digits);
        masked.push_str(before);
        masked.push_str(match port.parse::<u16>() {
            Ok(port) if port >= 10_000 => "PORT",
            _ => port,
        });
        rest = after;
    }
    masked.push_str(rest);
    masked
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn what_changes_is_replaced() {
        for (text, masked) in [
            ("2026-11-21T12:35:52.098Z  WARN x", "WARN x"),
            ("at /tmp/7/chassis.toml:3", "at /srv/greeter/chassis.toml:3"),
            (
                "on 127.0.0.1:41234, not 127.0.0.1:8080",
                "on 127.0.0.1:PORT, not 127.0.0.1:8080",
            ),
            ("took_ms=207 outcome", "took_ms=200 outcome"),
            ("tried again in 35 ms)", "tried again in 13 ms)"),
            ("a trace_id=0af7 span_id=00ff b", "a b"),
            ("Zebra", "Zebra"),
        ] {
            assert_eq!(mask(text, "/tmp/7"), masked);
        }
    }
}
