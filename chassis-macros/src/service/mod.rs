//! `#[service]`: a contract.

mod expand;
mod model;
mod options;
mod params;
mod parse;
mod path;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, ItemTrait};

use crate::shape::{self, FAKES};

/// The expansion.
pub(crate) fn service(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let parsed = match syn::parse2::<ItemTrait>(item.clone()) {
        Ok(parsed) => parsed,
        Err(_) => {
            let message = "`#[service]` goes on a trait: \
                           `#[service(version = \"1\")] pub trait Inventory { … }`";
            let error = syn::Error::new_spanned(item, message).into_compile_error();
            return quote!(#item #error);
        }
    };
    match parse::parse(arguments, &parsed) {
        Ok(contract) => expand::expand(&contract, FAKES),
        Err(errors) => {
            let item = shape::fallback(parsed, is_ours);
            quote!(#item #errors)
        }
    }
}

/// Whether the macro reads this attribute, so that it must not come out again.
fn is_ours(attribute: &Attribute) -> bool {
    let path = attribute.path();
    parse::is_verb(attribute)
        || ["query", "header", "body"]
            .iter()
            .any(|name| path.is_ident(name))
}

#[cfg(test)]
mod tests;
