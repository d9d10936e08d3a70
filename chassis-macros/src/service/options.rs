//! The options of a method, and those of the contract.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, LitStr, Meta, Token};

use super::model::{Cache, Options};
use crate::errors::Errors;
use crate::words;

const KNOWN: &str = "`timeout = \"2s\"`, `max_body = \"64KiB\"`, `idempotent`, `cache = \
    \"30s\"`, `deprecated`, `since = \"1.2\"`, `cancel = \"always\"`, `item_timeout = \"5s\"`";
const DURATION: &str = "a duration is written `\"250ms\"`, `\"2s\"` or `\"1m\"`";
/// Words of the grammar that this version does not know how to keep.
const LATER: [&str; 3] = ["scope", "public", "audit"];

/// Reads `version = "1"` of `#[service(version = "1")]`.
pub(super) fn version(arguments: TokenStream, errors: &mut Errors) -> String {
    const WRITE: &str = "a contract says its version, which puts its routes under `/v1`: \
        `#[service(version = \"1\")]`";
    if arguments.is_empty() {
        errors.add(syn::Error::new(proc_macro2::Span::call_site(), WRITE));
        return String::new();
    }
    let list = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(arguments);
    let mut version = None;
    for meta in errors.keep(list).into_iter().flatten() {
        if !meta.path().is_ident("version") {
            errors.at(&meta, format!("`#[service]` knows only `version`; {WRITE}"));
            continue;
        }
        let text = errors.keep(text(&meta));
        let digits = |text: &LitStr| {
            !text.value().is_empty() && text.value().bytes().all(|b| b.is_ascii_digit())
        };
        match text {
            Some(text) if digits(&text) => version = Some(text.value()),
            Some(text) => errors.at(
                text,
                "the version is the contract's major version, a number: `version = \"1\"`",
            ),
            None => {}
        }
    }
    version.unwrap_or_default()
}

impl Options {
    /// Reads what follows the path.
    pub(super) fn parse(list: Punctuated<Meta, Token![,]>, errors: &mut Errors) -> Self {
        let mut options = Self::default();
        let mut seen: Vec<String> = Vec::new();
        for meta in list {
            let name = meta.path().to_token_stream().to_string();
            if seen.contains(&name) {
                errors.at(&meta, format!("`{name}` is said twice"));
                continue;
            }
            let result = options.set(&name, &meta);
            errors.keep(result);
            seen.push(name);
        }
        options
    }

    fn set(&mut self, name: &str, meta: &Meta) -> syn::Result<()> {
        match name {
            "timeout" => {
                self.timeout_ms = Some(quantity(meta, words::milliseconds, DURATION)?);
            }
            "item_timeout" => {
                let limit = quantity(meta, words::milliseconds, DURATION)?;
                self.item_timeout = Some((limit, meta.span()));
            }
            "max_body" => {
                let wrong = "a size is written `\"512B\"`, `\"64KiB\"` or `\"1MiB\"`";
                self.max_body = Some((quantity(meta, words::bytes, wrong)?, meta.span()));
            }
            "deprecated" => {
                meta.require_path_only().map_err(|_| {
                    syn::Error::new_spanned(
                        meta,
                        "`deprecated` stands alone; say in the doc comment what to call instead",
                    )
                })?;
                self.deprecated = true;
            }
            "idempotent" => {
                meta.require_path_only().map_err(|_| {
                    syn::Error::new_spanned(
                        meta,
                        "`idempotent` stands alone: the same call twice has one effect, by its \
                         `Idempotency-Key`",
                    )
                })?;
                self.idempotent = Some(meta.span());
            }
            "cache" => {
                let wrong = "say how long an answer stays fresh, in whole seconds: `cache = \"30s\"`, or `cache = \
                    \"30s, public\"` where every caller gets the same one";
                self.cache = Some((quantity(meta, Cache::parse, wrong)?, meta.span()));
            }
            "since" => self.since = Some(text(meta)?.value()),
            "cancel" => {
                quantity(
                    meta,
                    |text| (text == "always").then_some(()),
                    "the one value of `cancel` is `\"always\"`: the call is dropped when \
                        its caller hangs up (as GET is)",
                )?;
                self.cancel_always = true;
            }
            later if LATER.contains(&later) => {
                let message = format!("`{later}` is not yet in this version; known are {KNOWN}");
                return Err(syn::Error::new_spanned(meta, message));
            }
            unknown => {
                let message = format!("`{unknown}` is no option of a method; known are {KNOWN}");
                return Err(syn::Error::new_spanned(meta, message));
            }
        }
        Ok(())
    }
}

impl Cache {
    /// `30s` or `30s, public`.
    fn parse(text: &str) -> Option<Self> {
        let (fresh, public) = match text.split_once(',') {
            Some((fresh, word)) => (fresh.trim_end(), Some(word.trim())),
            None => (text, None),
        };
        // On the wire it is told in whole seconds.
        let fresh_ms = words::milliseconds(fresh).filter(|ms| ms % 1_000 == 0)?;
        Some(Self {
            fresh_ms,
            public: match public {
                None => false,
                Some("public") => true,
                Some(_) => return None,
            },
        })
    }
}

fn quantity<T>(meta: &Meta, parse: impl Fn(&str) -> Option<T>, wrong: &str) -> syn::Result<T> {
    let text = text(meta)?;
    parse(&text.value()).ok_or_else(|| syn::Error::new_spanned(&text, wrong))
}

/// The string of `name = "…"`.
fn text(meta: &Meta) -> syn::Result<LitStr> {
    let name = meta.path().to_token_stream();
    if let Meta::NameValue(pair) = meta
        && let Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) = &pair.value
    {
        return Ok(text.clone());
    }
    let message = format!("`{name}` takes a string: `{name} = \"…\"`");
    Err(syn::Error::new_spanned(meta, message))
}
