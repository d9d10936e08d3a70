//! Wire formats: how each part of a context is read from header values and written to them.
//!
//! Nothing here knows of trust; [`super::extract`] decides what is believed.

pub(super) mod class;
pub(super) mod hex;
pub(super) mod timeout;
pub(super) mod traceparent;
pub(super) mod tracestate;

/// Without the optional whitespace (spaces and tabs) around it.
pub(super) fn trim(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests;
