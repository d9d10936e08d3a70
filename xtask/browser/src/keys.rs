//! Keys that no text writes.

use serde_json::json;

use crate::{Browser, Result};

/// A key that no text writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// Tab: to the next element that takes the focus.
    Tab,
    /// Enter.
    Enter,
    /// Space.
    Space,
    /// Escape.
    Escape,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
}

impl Key {
    /// The private character by which WebDriver names it.
    pub(crate) fn code(self) -> char {
        match self {
            Self::Tab => '\u{e004}',
            Self::Enter => '\u{e007}',
            Self::Space => ' ',
            Self::Escape => '\u{e00c}',
            Self::Up => '\u{e013}',
            Self::Down => '\u{e015}',
        }
    }
}

impl Browser {
    /// Presses a key wherever the focus is, as a person without a mouse does.
    ///
    /// # Errors
    ///
    /// When the driver refuses it.
    pub fn press(&self, key: Key) -> Result {
        self.keys(&[key.code()])
    }

    /// Types text wherever the focus is.
    ///
    /// # Errors
    ///
    /// When the driver refuses it.
    pub fn type_text(&self, text: &str) -> Result {
        self.keys(&text.chars().collect::<Vec<char>>())
    }

    fn keys(&self, keys: &[char]) -> Result {
        let down_and_up = keys.iter().flat_map(|key| {
            let action = |kind: &str| json!({ "type": kind, "value": key.to_string() });
            [action("keyDown"), action("keyUp")]
        });
        let actions: Vec<_> = down_and_up.collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("actions", &json!({ "actions": [keyboard] }))
            .map(drop)
    }
}
