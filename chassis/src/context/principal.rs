//! [`Principal`]: on whose behalf a call is made.

use std::fmt;
use std::sync::Arc;

/// On whose behalf a call is made, as authentication found it. A cheap clone.
///
/// It is set by code only: no header of a caller is believed to name one.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Principal(Arc<Parts>);

#[derive(PartialEq, Eq, Hash)]
struct Parts {
    subject: Box<str>,
    scopes: Box<[Box<str>]>,
}

impl Principal {
    /// The principal `subject`, who may do what `scopes` name.
    pub fn new(
        subject: impl Into<Box<str>>,
        scopes: impl IntoIterator<Item = impl Into<Box<str>>>,
    ) -> Self {
        Self(Arc::new(Parts {
            subject: subject.into(),
            scopes: scopes.into_iter().map(Into::into).collect(),
        }))
    }

    /// Who it is: opaque, unique within the issuer.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// What it may do.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter().map(|scope| &**scope)
    }

    /// Whether it may do what `scope` names.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().any(|own| own == scope)
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("subject", &self.0.subject)
            .field("scopes", &self.0.scopes)
            .finish()
    }
}
