//! Which of the two formats a caller takes: `Accept` (RFC 9110, 12.5.1).

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue};
use serde_json::json;

use crate::ProblemDetails;
use crate::contract::{Refusal, Request};

/// How items are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Server-sent events: `text/event-stream`.
    Events,
    /// One JSON text a line: `application/x-ndjson`.
    Lines,
}

impl Format {
    /// The first one is taken where a caller likes both alike.
    pub(crate) const ALL: [Self; 2] = [Self::Events, Self::Lines];

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Events => "text/event-stream",
            Self::Lines => "application/x-ndjson",
        }
    }

    /// The format of a media type, whatever its parameters.
    pub(crate) fn of(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim();
        let is_it = |format: &Self| essence.eq_ignore_ascii_case(format.media_type());
        Self::ALL.into_iter().find(is_it)
    }
}

/// The format that the caller likes best.
///
/// # Errors
///
/// A 406 when it takes neither.
pub fn accept(request: &Request<'_>) -> Result<Format, Refusal> {
    choose(request.headers).ok_or_else(|| refuse(request.headers))
}

fn choose(headers: &HeaderMap) -> Option<Format> {
    let mut values = headers.get_all(ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return Some(Format::Events);
    }
    let ranges: Vec<Range<'_>> = values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(Range::parse)
        .collect();
    let quality = |format: Format| quality(&ranges, format.media_type());
    let [first, second] = Format::ALL;
    match (quality(first), quality(second)) {
        (0, 0) => None,
        (one, other) if other > one => Some(second),
        _ => Some(first),
    }
}

/// One media range of the list.
struct Range<'h> {
    kind: &'h str,
    subtype: &'h str,
    /// In thousandths.
    quality: u16,
}

impl<'h> Range<'h> {
    /// `None` for what is no media range: it is passed over.
    fn parse(text: &'h str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let weight = parts.find_map(|part| {
            let (name, value) = part.split_once('=')?;
            name.eq_ignore_ascii_case("q").then_some(value)
        });
        Some(Self {
            kind,
            subtype,
            quality: weight.map_or(Some(1_000), thousandths)?,
        })
    }

    /// How closely it names `kind/subtype`: 0 for not at all.
    fn closeness(&self, kind: &str, subtype: &str) -> u8 {
        let same = |own: &str, other: &str| own.eq_ignore_ascii_case(other);
        match (self.kind, self.subtype) {
            ("*", "*") => 1,
            (own, "*") if same(own, kind) => 2,
            (own, sub) if same(own, kind) && same(sub, subtype) => 3,
            _ => 0,
        }
    }
}

/// `0.8` as 800; `None` where it is no quality.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = part.bytes().all(|byte| byte.is_ascii_digit());
    let (1, 0..=3, true) = (whole.len(), part.len(), digits) else {
        return None;
    };
    let part: u16 = format!("{part:0<3}").parse().ok()?;
    match (whole, part) {
        ("0", part) => Some(part),
        ("1", 0) => Some(1_000),
        _ => None,
    }
}

/// What the closest range says of a media type; 0 where none names it.
fn quality(ranges: &[Range<'_>], media_type: &str) -> u16 {
    let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
    let closest = ranges
        .iter()
        .map(|range| (range.closeness(kind, subtype), range.quality))
        .filter(|(closeness, _)| *closeness > 0)
        .max_by_key(|(closeness, _)| *closeness);
    closest.map_or(0, |(_, quality)| quality)
}

fn refuse(headers: &HeaderMap) -> Refusal {
    const KIND: &str = "not-acceptable";
    let offered = Format::ALL.map(Format::media_type);
    let asked = headers.get(ACCEPT).map(HeaderValue::to_str);
    let asked = match asked {
        Some(Ok(asked)) => format!("`accept: {asked}`"),
        _ => "the `accept` header".to_owned(),
    };
    let problem = ProblemDetails::chassis(KIND, 406)
        .with_detail(format!(
            "{asked} takes neither `{}` nor `{}`, in which this answer streams",
            offered[0], offered[1]
        ))
        .with("offered", json!(offered));
    Refusal::new(&problem, KIND)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(accept: &[&'static str]) -> Option<Format> {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(ACCEPT, HeaderValue::from_static(value));
        }
        choose(&headers)
    }

    #[test]
    fn the_caller_chooses() {
        let (events, lines) = (Some(Format::Events), Some(Format::Lines));
        for (accept, expected) in [
            (&[][..], events),
            (&["*/*"], events),
            (&["text/event-stream"], events),
            (&["application/x-ndjson"], lines),
            (&["APPLICATION/X-NDJSON; charset=utf-8"], lines),
            (&["application/*"], lines),
            (&["text/event-stream;q=0.5, application/x-ndjson"], lines),
            (
                &["text/event-stream;q=0.5", "application/x-ndjson;q=0.501"],
                lines,
            ),
            (&["application/x-ndjson, text/event-stream"], events),
            // The closer range holds, whatever the wider one says.
            (&["*/*, text/event-stream;q=0"], lines),
            (&["*/*;q=0.1, application/x-ndjson;q=0"], events),
            (&["application/json, */*;q=0.1"], events),
        ] {
            assert_eq!(chosen(accept), expected, "{accept:?}");
        }
    }

    #[test]
    fn who_takes_neither_is_refused() {
        for accept in [
            "application/json",
            "text/event-stream;q=0",
            "*/*;q=0",
            "text/html, application/json;q=0.9",
            "",
            "nonsense",
            // No quality: the range is passed over.
            "text/event-stream;q=2",
            "text/event-stream;q=x",
            "text/event-stream;q=0.1234",
        ] {
            assert_eq!(chosen(&[accept]), None, "{accept}");
        }
    }
}
