//! Finds the place of each parameter.

use quote::ToTokens;
use syn::{Attribute, LitStr, Meta, Type};

use super::model::{Param, Place, Verb};
use super::path::Path;
use crate::errors::Errors;
use crate::shape::{Argument, last_segment, type_arguments};
use crate::words;

/// Types that are no plain value, by their last segment.
const MANY: [&str; 6] = [
    "Vec", "VecDeque", "HashMap", "BTreeMap", "HashSet", "BTreeSet",
];

/// The parameters of one method.
pub(super) struct Params<'m> {
    pub(super) verb: Verb,
    pub(super) path: &'m Path,
}

impl Params<'_> {
    pub(super) fn parse(&self, arguments: &[Argument], errors: &mut Errors) -> Vec<Param> {
        let params = arguments
            .iter()
            .map(|argument| self.param(argument, errors));
        let params: Vec<Param> = params.collect();
        for name in self.path.placeholders() {
            let mut names = params.iter().map(|param| words::wire_name(&param.ident));
            if !names.any(|known| known == name) {
                let message = format!(
                    "the path names `{{{name}}}`, but the method has no parameter `{name}`"
                );
                errors.at(&self.path.literal, message);
            }
        }
        clashes(&params, errors);
        params
    }

    fn param(&self, argument: &Argument, errors: &mut Errors) -> Param {
        let place = self.place(argument, errors);
        let mut inner = type_arguments(&argument.ty, "Option");
        let optional = inner.len() == 1;
        let param = Param {
            ident: argument.ident.clone(),
            ty: inner.pop().unwrap_or_else(|| argument.ty.clone()),
            optional,
            place,
        };
        if let Some(mistake) = mistake(argument, &param) {
            errors.at(&argument.ty, mistake);
        }
        param
    }

    fn place(&self, argument: &Argument, errors: &mut Errors) -> Place {
        let name = words::wire_name(&argument.ident);
        let mut placeholders = self.path.placeholders();
        let in_path = placeholders.position(|placeholder| placeholder == name);
        match (in_path, said(argument, &name, errors)) {
            (Some(index), None) => Place::Path(index),
            (Some(index), Some(_)) => {
                let message = format!(
                    "`{name}` stands in the path, so it comes from there; remove the attribute"
                );
                errors.at(&argument.ident, message);
                Place::Path(index)
            }
            (None, Some(Place::Body)) if !self.verb.has_body() => {
                let verb = self.verb.attribute().to_uppercase();
                let message = format!("a {verb} request has no body; use `#[query]`, or a POST");
                errors.at(&argument.ident, message);
                Place::Body
            }
            (None, Some(place)) => place,
            (None, None) if self.verb.has_body() => Place::Body,
            (None, None) => Place::Query(name),
        }
    }
}

/// What is wrong with the parameter's type, where it travels.
fn mistake(argument: &Argument, param: &Param) -> Option<&'static str> {
    let body = param.place == Place::Body;
    if argument.borrows() {
        return Some(
            "a parameter crosses a wire, so the method takes it by value: write the owned type",
        );
    }
    if param.optional && (body || matches!(param.place, Place::Path(_))) {
        return Some(
            "only a query parameter or a header may be missing; take the type without `Option`",
        );
    }
    if !body && is_many(&param.ty) {
        return Some(
            "path, query and headers carry one plain value each; put a list into the body, \
             or take a type of your own that reads it from one text",
        );
    }
    None
}

fn is_many(ty: &Type) -> bool {
    let named = last_segment(ty).is_some_and(|last| MANY.iter().any(|many| last == many));
    named || matches!(ty, Type::Tuple(_) | Type::Array(_) | Type::Slice(_))
}

/// What an attribute on the parameter says.
fn said(argument: &Argument, name: &str, errors: &mut Errors) -> Option<Place> {
    let mut attributes = argument.attributes.iter();
    let first = attributes.next()?;
    for attribute in attributes {
        errors.at(attribute, "a parameter comes from one place");
    }
    let path = first.path();
    if path.is_ident("query") {
        Some(Place::Query(query(first, name, errors)))
    } else if path.is_ident("header") {
        Some(Place::Header(header(first, errors).unwrap_or_default()))
    } else if path.is_ident("body") {
        Some(Place::Body)
    } else {
        let message = format!(
            "`{}` says nothing of a parameter; known are `#[query]`, `#[header(\"If-Match\")]` \
             and `#[body]`",
            path.to_token_stream()
        );
        errors.at(first, message);
        None
    }
}

/// The key: the parameter's own name, unless `#[query("page-token")]` says another.
fn query(attribute: &Attribute, name: &str, errors: &mut Errors) -> String {
    if matches!(attribute.meta, Meta::Path(_)) {
        return name.to_owned();
    }
    let key = attribute.parse_args::<LitStr>().map(|key| key.value());
    let message = "write `#[query]`, or the name on the wire: `#[query(\"page-token\")]`";
    let key = key.map_err(|_| syn::Error::new_spanned(attribute, message));
    errors.keep(key).unwrap_or_default()
}

/// The header's name as it goes over the wire: lower case.
fn header(attribute: &Attribute, errors: &mut Errors) -> Option<String> {
    const WRITE: &str = "name the header: `#[header(\"If-Match\")]`";
    let literal = attribute.parse_args::<LitStr>();
    let literal = errors.keep(literal.map_err(|_| syn::Error::new_spanned(attribute, WRITE)))?;
    let name = literal.value();
    // RFC 9110: a field name is a token.
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(token) {
        errors.at(&literal, format!("`{name}` is no header name; {WRITE}"));
        return None;
    }
    Some(name.to_ascii_lowercase())
}

/// Two parameters in one place.
fn clashes(params: &[Param], errors: &mut Errors) {
    for (index, param) in params.iter().enumerate() {
        let Some(first) = params[..index]
            .iter()
            .find(|other| other.place == param.place)
        else {
            continue;
        };
        let message = match &param.place {
            Place::Body => "a request has one body: mark this parameter `#[query]` or \
                            `#[header(\"…\")]`, or put both into one type"
                .to_owned(),
            Place::Query(name) | Place::Header(name) => {
                format!("`{}` already takes `{name}` from there", first.ident)
            }
            // The same name twice: rustc says so itself.
            Place::Path(_) => continue,
        };
        errors.at(&param.ident, message);
    }
}
