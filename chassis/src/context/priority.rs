//! [`Priority`]: RFC 9218, the `priority` header.

use std::fmt;

use super::wire::trim;

/// How urgent a call is: the urgency of RFC 9218, from 0 (most urgent) to 7 (background). Shedding
/// begins at the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Priority(u8);

impl Priority {
    /// What a call has that says nothing: urgency 3.
    pub const DEFAULT: Self = Self(3);
    /// The most urgent: 0.
    pub const HIGHEST: Self = Self(0);
    /// The background: 7.
    pub const LOWEST: Self = Self(7);

    /// Urgency 0 to 7; `None` when it is greater.
    pub fn new(urgency: u8) -> Option<Self> {
        (urgency <= Self::LOWEST.0).then_some(Self(urgency))
    }

    /// 0 (most urgent) to 7 (background).
    pub fn urgency(self) -> u8 {
        self.0
    }

    /// Reads the member `u` of the header's values; other members (`i`) are ignored, as the RFC
    /// says, and the last `u` counts. `Ok(None)` when there is none.
    ///
    /// # Errors
    ///
    /// When `u` is no digit from 0 to 7.
    pub(super) fn parse(values: &[&[u8]]) -> Result<Option<Self>, ()> {
        let mut priority = None;
        let members = values
            .iter()
            .flat_map(|value| value.split(|byte| *byte == b','));
        for member in members.map(trim) {
            priority = match member {
                [b'u', b'=', digit @ b'0'..=b'7'] | [b'u', b'=', digit @ b'0'..=b'7', b';', ..] => {
                    Some(Self(digit - b'0'))
                }
                [b'u'] | [b'u', b'=' | b';', ..] => return Err(()),
                _ => priority,
            };
        }
        Ok(priority)
    }
}

impl Default for Priority {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// As in the header: `u=3`.
impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "u={}", self.0)
    }
}
