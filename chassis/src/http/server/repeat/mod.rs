//! [`Repeat`]: what stands around the calls of a method that may be repeated: one effect a key
//! ([`once`]), or an answer that may be kept ([`fresh`]). Most methods have none, and pay a branch.

mod fresh;
mod once;

pub(super) use fresh::Fresh;
pub(crate) use once::Keeper;
pub(super) use once::Once;

use crate::contract::{Answer, MethodInfo, Request};

/// What stands around the calls of one method.
pub(super) enum Repeat {
    /// `idempotent`.
    Once(Once),
    /// `cache = "…"`.
    Fresh(Fresh),
}

impl Repeat {
    /// `answer`, or what takes its place.
    pub(super) fn around(
        &self,
        info: &'static MethodInfo,
        request: &Request<'_>,
        answer: Answer,
    ) -> Answer {
        match self {
            Self::Once(once) => once.guard(info, request, answer),
            Self::Fresh(fresh) => fresh.guard(request, answer),
        }
    }
}
