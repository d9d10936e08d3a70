//! `#[derive(Problem)]`: a typed error that crosses the wire.

mod attribute;
mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;

/// The expansion.
pub(crate) fn problem(item: TokenStream) -> TokenStream {
    let parsed = match syn::parse2(item) {
        Ok(parsed) => parsed,
        Err(error) => return error.into_compile_error(),
    };
    match parse::parse(&parsed) {
        Ok(error) => expand::expand(&error),
        Err(errors) => errors,
    }
}

#[cfg(test)]
mod tests;
