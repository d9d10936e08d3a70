//! `migrations!`: the SQL files of a folder as a part of the program, in the order of their numbers.

mod folder;
#[cfg(test)]
mod tests;

use std::path::Path;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{LitStr, parse2};

use folder::File;

/// Where the files lie unless said otherwise.
const USUAL: &str = "migrations";

/// Expands the macro of a crate that lies in the folder `root`.
pub(crate) fn migrations(input: TokenStream, root: &Path) -> TokenStream {
    expand(input, root).unwrap_or_else(syn::Error::into_compile_error)
}

fn expand(input: TokenStream, root: &Path) -> syn::Result<TokenStream> {
    let said: Option<LitStr> = match input.is_empty() {
        true => None,
        false => Some(parse2(input).map_err(|error| {
            syn::Error::new(
                error.span(),
                "write the folder as seen from Cargo.toml in quotes, or nothing for \"migrations\"",
            )
        })?),
    };
    let name = said.as_ref().map_or(USUAL.to_owned(), LitStr::value);
    let span = said.as_ref().map_or_else(Span::call_site, LitStr::span);
    let files = folder::read(&root.join(&name))
        .map_err(|why| syn::Error::new(span, format!("migrations in `{name}`: {why}")))?;
    let files = files.into_iter().map(|File { name, path }| {
        let path = LitStr::new(&path, span);
        quote!((#name, ::core::include_str!(#path)))
    });
    Ok(quote!(::chassis::__private::migrations(&[#(#files),*])))
}
