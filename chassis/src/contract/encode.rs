//! The client's side of a request: from a method's arguments to an [`Outgoing`].

use bytes::Bytes;
use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde::Serialize;

use super::body::JSON;
use super::json::json;
use super::params::header_name;
use super::{ContractInfo, Outgoing, percent, spare};
use crate::CallError;

/// Writes one call. The parts come in the order of the target: path, query, then the rest.
#[derive(Debug)]
pub struct Encoder {
    call: Outgoing,
    has_query: bool,
}

impl Encoder {
    /// Begins a call of `method`.
    pub fn new(contract: &'static ContractInfo, method: usize) -> Self {
        let template = contract.methods[method].path;
        Self {
            call: Outgoing {
                contract,
                method,
                // Enough for most.
                target: spare::target(template.len() + 48),
                headers: spare::headers(),
                body: Bytes::new(),
            },
            has_query: false,
        }
    }

    /// A part of the path that is the same in each call.
    pub fn literal(&mut self, part: &str) {
        self.call.target.push_str(part);
    }

    /// A placeholder's value.
    ///
    /// # Errors
    ///
    /// [`CallError::Request`] when it is no plain value, or one that cannot stand in a path.
    pub fn path<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), CallError> {
        let text = self.plain(name, value)?;
        match text.as_str() {
            // Proxies on the way would take these as directions, and route the call elsewhere.
            "" | "." | ".." => Err(self.refuse(name, &format!("`{text}` cannot stand in a path"))),
            text => {
                percent::encode(text, &mut self.call.target);
                Ok(())
            }
        }
    }

    /// A query parameter.
    ///
    /// # Errors
    ///
    /// [`CallError::Request`] when it is no plain value.
    pub fn query<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), CallError> {
        let text = self.plain(name, value)?;
        self.call
            .target
            .push(if self.has_query { '&' } else { '?' });
        self.has_query = true;
        percent::encode(name, &mut self.call.target);
        self.call.target.push('=');
        percent::encode(&text, &mut self.call.target);
        Ok(())
    }

    /// A header.
    ///
    /// # Errors
    ///
    /// [`CallError::Request`] when it is no plain value, or not visible ASCII.
    pub fn header<T: Serialize>(&mut self, name: &'static str, value: &T) -> Result<(), CallError> {
        let text = self.plain(name, value)?;
        let value = HeaderValue::try_from(text)
            .map_err(|_| self.refuse(name, "a header must be visible ASCII"))?;
        self.call.headers.insert(header_name(name), value);
        Ok(())
    }

    /// The JSON body.
    ///
    /// # Errors
    ///
    /// [`CallError::Request`] when the type cannot be written as JSON.
    pub fn body<T: Serialize>(&mut self, name: &str, value: &T) -> Result<(), CallError> {
        self.call.body = json(value).map_err(|e| self.refuse(name, &e.to_string()))?;
        self.call.headers.insert(CONTENT_TYPE, JSON);
        Ok(())
    }

    /// Says in which formats a stream is understood.
    pub fn stream(&mut self) {
        // Events first: what stands between knows best how to pass them on.
        let formats = "text/event-stream, application/x-ndjson;q=0.9";
        let formats = HeaderValue::from_static(formats);
        self.call.headers.insert(ACCEPT, formats);
    }

    /// The call, ready to be sent.
    pub fn finish(self) -> Outgoing {
        self.call
    }

    fn plain<T: Serialize>(&self, name: &str, value: &T) -> Result<String, CallError> {
        let text = serde_plain::to_string(value).map_err(|e| self.refuse(name, &e.to_string()))?;
        if text.contains('\0') {
            return Err(self.refuse(name, "it must not hold a NUL byte"));
        }
        Ok(text)
    }

    fn refuse(&self, name: &str, reason: &str) -> CallError {
        CallError::Request {
            service: self.call.contract.name.to_owned(),
            reason: format!(
                "parameter `{name}` of `{}`: {reason}",
                self.call.info().name
            ),
        }
    }
}
