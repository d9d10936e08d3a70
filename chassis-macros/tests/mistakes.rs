//! One case a rule, named by the mistake: what rustc says must say what to write instead.
//!
//! `TRYBUILD=overwrite cargo test -p chassis-macros --features testing --test mistakes` writes the
//! messages anew.
#![cfg(feature = "testing")] // rustc lists the fakes among a trait's implementors

#[test]
fn each_mistake_says_what_to_write_instead() {
    trybuild::TestCases::new().compile_fail("tests/mistakes/*/*.rs");
}
