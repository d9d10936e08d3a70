//! Server-sent events, as the HTML standard reads them.

use bytes::BytesMut;

use serde::de::DeserializeOwned;

use super::Said;

/// What lines say together.
#[derive(Debug, PartialEq)]
pub(super) enum Event {
    /// An item in JSON, and its id.
    Item(BytesMut, Option<String>),
    /// A problem in JSON.
    Error(BytesMut),
    End,
    Retry(u64),
}

impl Event {
    /// Reads the JSON of it; or says what is wrong with that.
    pub(super) fn read<T: DeserializeOwned>(self) -> Result<Said<T>, String> {
        let said = match self {
            Self::Item(json, id) => {
                serde_json::from_slice(&json).map(|value| Said::Item(value, id))
            }
            Self::Error(json) => serde_json::from_slice(&json).map(Said::Error),
            Self::End => Ok(Said::End),
            Self::Retry(pause) => Ok(Said::Retry(pause)),
        };
        said.map_err(|error| error.to_string())
    }
}

/// The event that is being read.
#[derive(Debug, Default)]
pub(super) struct Events {
    data: Option<BytesMut>,
    event: Vec<u8>,
    id: Option<String>,
    /// Whether the first line was read: it may begin with a byte order mark.
    begun: bool,
}

impl Events {
    /// Bytes that are kept until the event is complete.
    pub(super) fn kept(&self) -> usize {
        let data = self.data.as_ref().map_or(0, BytesMut::len);
        data + self.event.len() + self.id.as_ref().map_or(0, String::len)
    }

    /// What `line` completes.
    pub(super) fn line(&mut self, line: &[u8]) -> Option<Event> {
        let line = match std::mem::replace(&mut self.begun, true) {
            true => line,
            false => line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line),
        };
        if line.is_empty() {
            return self.dispatch();
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = line.split_at(colon.unwrap_or(line.len()));
        let value = value.strip_prefix(b":").unwrap_or(value);
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match name {
            b"data" => self.data(value),
            b"event" => self.event = value.to_vec(),
            b"id" if !value.contains(&0) => {
                self.id = Some(String::from_utf8_lossy(value).into_owned());
            }
            b"retry" => return retry(value).map(Event::Retry),
            // A comment (no name), or a word that is not known: passed over.
            _ => {}
        }
        None
    }

    fn data(&mut self, value: &[u8]) {
        match &mut self.data {
            Some(data) => {
                data.extend_from_slice(b"\n");
                data.extend_from_slice(value);
            }
            None => self.data = Some(value.into()),
        }
    }

    /// An empty line: the event is complete.
    fn dispatch(&mut self) -> Option<Event> {
        let event = std::mem::take(&mut self.event);
        let id = self.id.take().filter(|id| !id.is_empty());
        let data = self.data.take()?;
        match &event[..] {
            b"" | b"message" => Some(Event::Item(data, id)),
            b"error" => Some(Event::Error(data)),
            b"end" => Some(Event::End),
            // A later version may know it.
            _ => None,
        }
    }
}

fn retry(value: &[u8]) -> Option<u64> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(value).ok().filter(|_| digits)?;
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lines: &[&str]) -> Vec<Event> {
        let mut events = Events::default();
        let lines = lines.iter();
        lines
            .filter_map(|line| events.line(line.as_bytes()))
            .collect()
    }

    fn item(data: &str, id: Option<&str>) -> Event {
        Event::Item(data.as_bytes().into(), id.map(str::to_owned))
    }

    #[test]
    fn an_event_is_read_as_the_standard_says() {
        for (lines, expected) in [
            (&["data: 1", ""][..], vec![item("1", None)]),
            (&["\u{feff}data:1", ""], vec![item("1", None)]),
            (&["id: 7", "data: 1", ""], vec![item("1", Some("7"))]),
            (&["data: [1,", "data: 2]", ""], vec![item("[1,\n2]", None)]),
            (&["event: message", "data: 1", ""], vec![item("1", None)]),
            (&[": a comment", "", "data: 1", ""], vec![item("1", None)]),
            (&["data:  1", ""], vec![item(" 1", None)]),
            // Without data, or of another kind: none.
            (&["id: 7", "", "event: news", "data: 1", ""], vec![]),
            (&["data: 1"], vec![]),
            (&["other: 1", "data", ""], vec![item("", None)]),
            (&["event: end", "data: {}", ""], vec![Event::End]),
            (
                &["retry: 12", "retry: x", "retry:", ""],
                vec![Event::Retry(12)],
            ),
            (
                &["event: error", "data: {}", ""],
                vec![Event::Error("{}".as_bytes().into())],
            ),
        ] {
            assert_eq!(said(lines), expected, "{lines:?}");
        }
    }
}
