//! [`Asked`]: what the query of a request for the page says.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// How many ports of a side, and routes of a port, a page shows unless it asks for more or fewer.
const MOST: usize = 200;

/// What a reader of the page asked for: `?find=TEXT&most=NUMBER&port=ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Only ports and routes that hold this text, in lower case; `None`: all.
    pub(crate) find: Option<String>,
    /// The port of which all is to be shown, by its id.
    pub(crate) port: Option<String>,
    /// How many ports of a side, and routes of a port.
    pub(crate) most: usize,
    /// Whether the request bore the token: values of the configuration are shown.
    pub(crate) values: bool,
}

impl Asked {
    /// More than this is never shown at once: a search finds the rest.
    pub(crate) const LIMIT: usize = 1_000;

    /// Everything that can be shown at once, without values.
    pub(crate) fn all() -> Self {
        Self {
            find: None,
            port: None,
            most: Self::LIMIT,
            values: false,
        }
    }

    /// Reads the query. What it does not know is passed over: this is a page, not a contract.
    pub(crate) fn read(query: &str, values: bool) -> Self {
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(key, _)| *key == name)
                .map(|(_, value)| decoded(value))
        };
        let find = value("find").map(|text| text.trim().to_lowercase());
        let most = value("most").and_then(|text| text.parse().ok());
        Self {
            find: find.filter(|text| !text.is_empty()),
            port: value("port").filter(|id| !id.is_empty()),
            most: most.unwrap_or(MOST).clamp(1, Self::LIMIT),
            values,
        }
    }

    /// Whether `text` holds what is searched for.
    pub(crate) fn finds(&self, text: &str) -> bool {
        let find = self.find.as_deref();
        find.is_none_or(|find| text.to_lowercase().contains(find))
    }
}

fn decoded(value: &str) -> String {
    let spaced: Cow<'_, str> = match value.contains('+') {
        true => value.replace('+', " ").into(),
        false => value.into(),
    };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_kindly() {
        let asked = Asked::read("find=%2Fitems%2f+A&most=7&x=1", true);
        assert_eq!(asked.find.as_deref(), Some("/items/ a"));
        assert_eq!((asked.most, asked.values), (7, true));
        assert!(asked.finds("GET /v1/ITEMS/ abc") && !asked.finds("/orders"));
        for query in ["", "find", "find=&most=x", "find=%20", "&&=&"] {
            let asked = Asked::read(query, false);
            assert_eq!((asked.find, asked.most), (None, MOST), "{query}");
        }
        assert_eq!(Asked::read("most=99999999", false).most, Asked::LIMIT);
        assert_eq!(Asked::read("most=0", false).most, 1);
        assert!(Asked::read("find=%ff%zz", false).find.is_some());
        let asked = Asked::read("port=orders/in/a%20B%2B", false);
        assert_eq!(asked.port.as_deref(), Some("orders/in/a B+"));
        assert_eq!(Asked::read("port=", false).port, None);
    }
}
