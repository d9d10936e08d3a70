//! [`Refusal`]: why a request never reached its handler.

use super::{Answer, ParamPlace, Reply};
use crate::ProblemDetails;

/// A request that was refused while its parameters were read. Boxed: it is the rare way out.
#[derive(Debug)]
pub struct Refusal(Box<Reply>);

impl Refusal {
    /// Answers `problem`, which the chassis itself made; `kind` becomes `error.type`.
    pub(super) fn new(problem: &ProblemDetails, kind: &'static str) -> Self {
        Self(Box::new(Reply::problem(problem, kind)))
    }

    /// A parameter that is missing, repeated or malformed: 400.
    pub(super) fn parameter(place: ParamPlace, name: &str, reason: impl std::fmt::Display) -> Self {
        const KIND: &str = "invalid-parameter";
        let place = place.as_str();
        let problem = ProblemDetails::chassis(KIND, 400)
            .with_detail(format!("{place} parameter `{name}`: {reason}"))
            .with("parameter", name)
            .with("in", place);
        Self::new(&problem, KIND)
    }
}

/// A method index that the contract does not have: the transport's routes are another contract's.
pub fn unknown_method() -> Refusal {
    const KIND: &str = "not-found";
    Refusal::new(&ProblemDetails::chassis(KIND, 404), KIND)
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        Self::Now(refusal.0)
    }
}
