//! `#[port]`: an outbound port.

mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ItemTrait;

use crate::shape::{self, FAKES};

/// The expansion.
pub(crate) fn port(arguments: &TokenStream, item: &TokenStream) -> TokenStream {
    let Ok(parsed) = syn::parse2::<ItemTrait>(item.clone()) else {
        let message = "`#[port]` goes on a trait: `#[port] pub trait StockStore { … }`";
        let error = syn::Error::new_spanned(item, message).into_compile_error();
        return quote!(#item #error);
    };
    match parse::parse(arguments, &parsed) {
        Ok(port) => expand::expand(&port, FAKES),
        Err(errors) => {
            let item = shape::fallback(parsed, parse::is_idempotent);
            quote!(#item #errors)
        }
    }
}

#[cfg(test)]
mod tests;
