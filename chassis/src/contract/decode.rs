//! The client's side of an answer: from a response to what the method gives.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Response};
use serde::de::DeserializeOwned;

use super::body::{JSON, is_json};
use super::streaming::{Origin, Reading};
use super::{ContractInfo, Created, Format, Received, Streaming, spare};
use crate::problem::{PROBLEM_JSON, RetryAdvice};
use crate::{CallError, Problem, ProblemDetails};

/// What a transport gives of a call.
type Answered = Result<Response<Bytes>, CallError>;

/// Reads the answers of one method.
#[derive(Debug, Clone, Copy)]
pub struct Decoder {
    contract: &'static ContractInfo,
    method: usize,
}

impl Decoder {
    /// For answers of `method`.
    pub fn new(contract: &'static ContractInfo, method: usize) -> Self {
        Self { contract, method }
    }

    /// A JSON answer.
    ///
    /// # Errors
    ///
    /// The typed error that was answered, or a [`CallError`] as `E`.
    pub fn json<T, E>(&self, received: Answered) -> Result<T, E>
    where
        T: DeserializeOwned,
        E: Problem + From<CallError>,
    {
        let response = self.success::<E>(received)?;
        let value = self.value(&response);
        spare::keep(response);
        Ok(value?)
    }

    /// An answer without a body.
    ///
    /// # Errors
    ///
    /// As [`json`](Self::json).
    pub fn empty<E: Problem + From<CallError>>(&self, received: Answered) -> Result<(), E> {
        self.success::<E>(received).map(spare::keep)
    }

    /// A JSON answer with `Location`.
    ///
    /// # Errors
    ///
    /// As [`json`](Self::json).
    pub fn created<T, E>(&self, received: Answered) -> Result<Created<T>, E>
    where
        T: DeserializeOwned,
        E: Problem + From<CallError>,
    {
        let response = self.success::<E>(received)?;
        let location = response.headers().get(LOCATION).map(HeaderValue::to_str);
        let Some(Ok(location)) = location else {
            return Err(self.unknown("201 without a readable `location`").into());
        };
        Ok(Created {
            location: location.to_owned(),
            value: self.value(&response)?,
        })
    }

    /// Bytes as they are.
    ///
    /// # Errors
    ///
    /// As [`json`](Self::json).
    pub fn bytes<E: Problem + From<CallError>>(&self, received: Answered) -> Result<Bytes, E> {
        self.success::<E>(received).map(Response::into_body)
    }

    /// Items, as they come. `S` is how the stream may fail, `E` how the call may.
    ///
    /// # Errors
    ///
    /// As [`json`](Self::json).
    pub fn streaming<T, S, E>(
        &self,
        received: Result<Response<Received>, CallError>,
    ) -> Result<Streaming<T, S>, E>
    where
        T: DeserializeOwned + 'static,
        S: Problem + From<CallError>,
        E: Problem + From<CallError>,
    {
        let (head, body) = received?.into_parts();
        let format = self.format(&head.headers);
        let chunks = match body {
            Received::Chunks(chunks) => chunks,
            Received::Whole(bytes) => {
                let whole = self.success::<E>(Ok(Response::from_parts(head, bytes)))?;
                Received::chunks(whole.into_body())
            }
        };
        let origin = Origin {
            contract: self.contract.name,
            method: &self.contract.methods[self.method],
        };
        let reading = Reading::new(chunks, format?, origin);
        Ok(Streaming::boxed(Box::pin(reading)))
    }

    fn format(&self, headers: &HeaderMap) -> Result<Format, CallError> {
        let came = headers.get(CONTENT_TYPE).map(HeaderValue::to_str);
        let format = came.and_then(|came| Format::of(came.ok()?));
        format.ok_or_else(|| {
            let [events, lines] = Format::ALL.map(Format::media_type);
            let came = headers.get(CONTENT_TYPE);
            self.unknown(&format!("{came:?} instead of `{events}` or `{lines}`"))
        })
    }

    fn success<E: Problem + From<CallError>>(
        &self,
        received: Answered,
    ) -> Result<Response<Bytes>, E> {
        let response = received?;
        let expected = self.contract.methods[self.method].success;
        if response.status().as_u16() == expected {
            return Ok(response);
        }
        if !is_problem(&response) {
            return Err(self.unexplained(expected, &response).into());
        }
        let problem = self.problem(&response)?;
        Err(E::from_problem(Box::new(problem), self.contract.name)
            .unwrap_or_else(|unknown| CallError::Problem(unknown).into()))
    }

    /// An answer of something that stands between, which speaks no problems.
    fn unexplained(&self, expected: u16, response: &Response<Bytes>) -> CallError {
        let status = response.status();
        let reason = format!("expected {expected}, got {status} without a problem that says why");
        let error = self.unknown(&reason);
        match RetryAdvice::of(response.headers()).exhausted {
            false => error,
            true => CallError::Exhausted {
                service: self.contract.name.to_owned(),
                attempts: 1,
                reason: "its answer says not to try again".to_owned(),
                source: Box::new(error),
            },
        }
    }

    fn problem(&self, response: &Response<Bytes>) -> Result<ProblemDetails, CallError> {
        let mut problem: ProblemDetails = serde_json::from_slice(response.body())
            .map_err(|e| self.unknown(&format!("a malformed problem: {e}")))?;
        // RFC 9457, 3.1.2: the member is advisory, what HTTP says holds.
        problem.status = response.status().as_u16();
        problem.retry = RetryAdvice::of(response.headers());
        Ok(problem)
    }

    fn value<T: DeserializeOwned>(&self, response: &Response<Bytes>) -> Result<T, CallError> {
        let is_plain = response.headers().get(CONTENT_TYPE) == Some(&JSON);
        if !is_plain && (!is_json(response.headers()) || is_problem(response)) {
            let came = response
                .headers()
                .get(CONTENT_TYPE)
                .map(HeaderValue::as_bytes);
            let came = came.map_or("without a `content-type`".into(), |came| {
                format!("as `{}`", came.escape_ascii())
            });
            return Err(self.unknown(&format!("expected JSON, but the body came {came}")));
        }
        serde_json::from_slice(response.body())
            .map_err(|e| self.unknown(&format!("the JSON has another shape: {e}")))
    }

    fn unknown(&self, reason: &str) -> CallError {
        CallError::Answer {
            service: self.contract.name.to_owned(),
            reason: format!("`{}`: {reason}", self.contract.methods[self.method].name),
        }
    }
}

fn is_problem(response: &Response<Bytes>) -> bool {
    let value = response.headers().get(CONTENT_TYPE);
    value
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            let essence = value.split(';').next().unwrap_or_default().trim();
            essence.eq_ignore_ascii_case(PROBLEM_JSON)
        })
}
