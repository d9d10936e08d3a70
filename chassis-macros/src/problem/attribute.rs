//! `#[problem(…)]` on a variant.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, Lit, Token};

use crate::errors::Errors;

/// What the attribute knows.
pub(super) const KNOWN: &str =
    "`status = 404`, `type = \"urn:…\"`, `title = \"…\"`, `public`, or `call` alone";

/// What `#[problem(…)]` says.
#[derive(Default)]
pub(super) struct Said {
    pub(super) call: bool,
    pub(super) public: bool,
    pub(super) status: Option<u16>,
    pub(super) type_uri: Option<String>,
    pub(super) title: Option<String>,
    /// Something in it was a mistake that is reported already.
    pub(super) wrong: bool,
}

impl Said {
    pub(super) fn parse(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut said = Self::default();
        let mut beside_call = Vec::new();
        for attribute in attributes.iter().filter(|a| a.path().is_ident("problem")) {
            let list =
                attribute.parse_args_with(Punctuated::<Argument, Token![,]>::parse_terminated);
            for argument in errors.keep(list).into_iter().flatten() {
                if argument.name != "call" {
                    beside_call.push(argument.name.clone());
                }
                if let Err(error) = said.set(&argument) {
                    errors.add(error);
                    said.wrong = true;
                }
            }
        }
        for name in beside_call.iter().filter(|_| said.call) {
            errors.at(
                name,
                "`call` stands alone in `#[problem(call)]`: status and type \
                come from the failed call",
            );
        }
        said
    }

    fn set(&mut self, argument: &Argument) -> syn::Result<()> {
        match (argument.name.to_string().as_str(), &argument.value) {
            ("call", None) => self.call = true,
            ("public", None) => self.public = true,
            ("status", Some(Lit::Int(number))) => {
                let status = number
                    .base10_parse()
                    .ok()
                    .filter(|status| (400..600).contains(status));
                self.status = Some(status.ok_or_else(|| {
                    syn::Error::new_spanned(number, "a problem's status lies in 400 to 599")
                })?);
            }
            ("type", Some(Lit::Str(uri))) if uri.value().contains(':') => {
                self.type_uri = Some(uri.value());
            }
            ("type", Some(Lit::Str(uri))) => {
                return Err(syn::Error::new_spanned(
                    uri,
                    "a problem's type is an absolute URI: `type = \
                        \"urn:problem:inventory:unknown-item\"`",
                ));
            }
            ("title", Some(Lit::Str(title))) => self.title = Some(title.value()),
            (name, _) => {
                let message =
                    format!("`{name}` says nothing of a problem like this; known are {KNOWN}");
                return Err(syn::Error::new_spanned(&argument.name, message));
            }
        }
        Ok(())
    }
}

/// `name` or `name = literal`; `type` is a keyword, so `syn::Meta` would not take it.
struct Argument {
    name: Ident,
    value: Option<Lit>,
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            Some(input.parse()?)
        } else {
            None
        };
        Ok(Self { name, value })
    }
}
