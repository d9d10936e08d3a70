//! What the macro makes of tokens.

use quote::quote;

use super::*;
use crate::golden;

#[test]
fn golden() {
    golden::check("problem", problem);
}

#[test]
fn every_mistake_is_reported_at_once() {
    let output = problem(quote! {
        enum InventoryError {
            Unknown,
            #[problem(status = 200)]
            Fine,
            #[problem(status = 404)]
            Tuple(u8),
        }
    });
    assert_eq!(output.to_string().matches("compile_error").count(), 3);
}
