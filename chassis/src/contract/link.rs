//! [`Link`]: what a generated client holds: bound late, to a local implementation or a transport.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::{Contract, Transport};
use crate::CallError;
use crate::port::Crossing;

/// The far end of a client. A cheap clone; all clones are bound together.
///
/// It is bound once, after every component has been composed: so clients may refer to each other
/// in cycles.
pub struct Link<C: ?Sized>(Arc<OnceLock<Bound<C>>>);

/// What a link leads to.
pub enum Bound<C: ?Sized> {
    /// An implementation in this process: values are passed, nothing is encoded.
    Local {
        /// The implementation.
        service: Arc<C>,
        /// What the chassis does around each call.
        crossing: Crossing,
    },
    /// A service behind a wire.
    Remote(Arc<dyn Transport>),
}

impl<C: Contract + ?Sized> Link<C> {
    /// A link that leads nowhere yet: calls fail with [`CallError::Unbound`].
    pub fn unbound() -> Self {
        Self(Arc::new(OnceLock::new()))
    }

    /// Binds it, and gives whether it was free.
    pub fn bind(&self, bound: Bound<C>) -> bool {
        self.0.set(bound).is_ok()
    }

    /// What it leads to.
    ///
    /// # Errors
    ///
    /// [`CallError::Unbound`] before the start is complete.
    pub fn bound(&self) -> Result<&Bound<C>, CallError> {
        self.0.get().ok_or_else(|| CallError::Unbound {
            service: C::info().name.to_owned(),
        })
    }
}

impl<C: ?Sized> Clone for Link<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C: ?Sized> fmt::Debug for Link<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.get() {
            Some(Bound::Local { .. }) => "Link(local)",
            Some(Bound::Remote(_)) => "Link(remote)",
            None => "Link(unbound)",
        })
    }
}
