//! Wire formats: how each part of a context is read from header values and written to them.
//!
//! Nothing here knows of trust; [`super::extract`] decides what is believed.

pub(super) mod hex;
pub(super) mod timeout;
pub(super) mod traceparent;
pub(super) mod tracestate;

/// Without the optional whitespace (spaces and tabs) around it.
pub(super) fn trim(value: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = value.iter().position(is_text).unwrap_or(value.len());
    let end = value.iter().rposition(is_text).map_or(start, |at| at + 1);
    &value[start..end]
}

/// Whether `byte` may stand in an HTTP token (RFC 9110, 5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests;
