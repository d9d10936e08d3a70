//! Which of several traits an error has, without a bound: of `(&&Judged(error)).meaning()` the
//! compiler takes the method whose receiver is nearest. `&&Judged` as it stands comes first, then
//! what one more reference gives, then what one less does; a trait whose bound does not hold is passed
//! over.

use crate::Problem;
use crate::port::{Fault, Meaning};

/// Around an error that is to be judged.
#[derive(Debug)]
pub struct Judged<'a, E>(pub &'a E);

/// Nearest: it says itself what is a fault.
pub trait ByFault {
    /// What it means.
    fn meaning(&self) -> Meaning;
}

/// Then: a problem's status says it.
pub trait ByProblem {
    /// What it means.
    fn meaning(&self) -> Meaning;
}

/// Last: nobody says it.
pub trait ByNothing {
    /// What it means.
    fn meaning(&self) -> Meaning;
}

impl<E: Fault> ByFault for &Judged<'_, E> {
    fn meaning(&self) -> Meaning {
        Meaning::known(self.0.is_fault())
    }
}

impl<E: Problem> ByProblem for &&Judged<'_, E> {
    fn meaning(&self) -> Meaning {
        Meaning::known(self.0.to_problem("").status >= 500)
    }
}

impl<E> ByNothing for Judged<'_, E> {
    fn meaning(&self) -> Meaning {
        Meaning::Unsaid
    }
}

/// An argument that can be given again to an `#[idempotent]` method.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be given twice, as an `#[idempotent]` method needs it",
    label = "an `#[idempotent]` method is called again when it fails",
    note = "take it by reference (`&{Self}`), or derive `Clone` for it"
)]
pub trait Again: Sized {
    /// The same once more.
    fn again(&self) -> Self;
}

impl<T: Clone> Again for T {
    fn again(&self) -> Self {
        self.clone()
    }
}
