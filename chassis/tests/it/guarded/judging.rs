//! What an error means to the policies: the traits of its type say it.

use chassis::__private::{ByFault as _, ByNothing as _, ByProblem as _, Judged};
use chassis::port::{Fault, Meaning};
use chassis::{CallError, Problem, ProblemDetails};

#[derive(Debug)]
struct Nothing;

#[derive(Debug)]
struct Itself(bool);

impl Fault for Itself {
    fn is_fault(&self) -> bool {
        self.0
    }
}

#[derive(Debug, thiserror::Error, Problem)]
enum Typed {
    #[error("no such item")]
    #[problem(status = 404)]
    Unknown,
    #[error("it burns")]
    #[problem(status = 500)]
    Burning,
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

fn unbound() -> CallError {
    CallError::Unbound {
        service: String::new(),
    }
}

fn answered(status: u16) -> CallError {
    CallError::Problem(Box::new(ProblemDetails::chassis("gone", status)))
}

#[test]
#[expect(
    clippy::needless_borrow,
    reason = "as the macro writes it: the references choose the trait"
)]
fn the_traits_of_an_error_say_what_it_means() {
    assert_eq!((&&Judged(&Nothing)).meaning(), Meaning::Unsaid);
    assert_eq!((&&Judged(&Itself(true))).meaning(), Meaning::Fault);
    assert_eq!((&&Judged(&Itself(false))).meaning(), Meaning::Answer);
    assert_eq!((&&Judged(&Typed::Unknown)).meaning(), Meaning::Answer);
    assert_eq!((&&Judged(&Typed::Burning)).meaning(), Meaning::Fault);
    assert_eq!(
        (&&Judged(&Typed::from(unbound()))).meaning(),
        Meaning::Fault
    );
}

#[test]
fn what_says_it_itself_goes_before_its_status() {
    assert_eq!((&&Judged(&unbound())).meaning(), Meaning::Answer, "a 503");
    assert_eq!((&&Judged(&answered(410))).meaning(), Meaning::Answer);
    assert_eq!((&&Judged(&answered(500))).meaning(), Meaning::Fault);
}
