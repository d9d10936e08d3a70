//! From the user's trait to the [`Contract`], with every mistake found.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, ItemTrait, LitStr, Meta, Token, TraitItemFn, Type};

use super::model::{Answer, Contract, Method, Options, Param, Place, Verb};
use super::options;
use super::path::Path;
use crate::errors::Errors;
use crate::shape::{self, Argument, Trait, type_arguments};
use crate::words;

/// Reads a contract, or gives the compile errors.
pub(super) fn parse(arguments: TokenStream, item: &ItemTrait) -> Result<Contract, TokenStream> {
    let mut errors = Errors::default();
    let version = options::version(arguments, &mut errors);
    let shape = Trait::parse(item, "contract", &mut errors);
    let mut methods = Vec::new();
    for item in shape::methods(item, "contract", &mut errors) {
        methods.extend(method(item, &mut errors));
    }
    conflicts(&methods, &mut errors);
    errors.finish(Contract {
        name: words::kebab(&shape.ident.to_string()),
        version,
        doc: words::doc(&shape.attributes),
        shape,
        methods,
    })
}

/// Whether this is `#[get]`, `#[post]` …; HEAD and OPTIONS are answered without being asked for.
pub(super) fn is_verb(attribute: &Attribute) -> bool {
    verb(attribute).is_some()
        || ["head", "options"]
            .iter()
            .any(|name| attribute.path().is_ident(name))
}

fn verb(attribute: &Attribute) -> Option<Verb> {
    let path = attribute.path();
    Verb::ALL
        .into_iter()
        .find(|verb| path.is_ident(verb.attribute()))
}

fn method(item: &TraitItemFn, errors: &mut Errors) -> Option<Method> {
    let route = route(item, errors);
    let shape = shape::Method::parse(item, "contract", errors);
    let (verb, path, options) = route?;
    let mut shape = shape?;
    shape.attributes.retain(|attribute| !is_verb(attribute));
    let params = Params { verb, path: &path }.parse(&shape.arguments, errors);
    if let Some((_, span)) = options.max_body
        && !params.iter().any(|param| param.place == Place::Body)
    {
        errors.add(syn::Error::new(
            span,
            "`max_body` limits a body, and this method has none",
        ));
    }
    Some(Method {
        answer: answer(&shape.ok, errors),
        doc: words::doc(&shape.attributes),
        shape,
        verb,
        path,
        options,
        params,
    })
}

/// What `#[get("/items/{sku}", timeout = "2s")]` says.
fn route(item: &TraitItemFn, errors: &mut Errors) -> Option<(Verb, Path, Options)> {
    let mut routes = item.attrs.iter().filter(|attribute| is_verb(attribute));
    let Some(attribute) = routes.next() else {
        errors.at(&item.sig.ident, "a method of a contract has a route: `#[get(\"/items/{sku}\")]` (or post, put, patch, delete)");
        return None;
    };
    if let Some(second) = routes.next() {
        errors.at(
            second,
            "a method has one route; write a second method for this one",
        );
    }
    let Some(verb) = verb(attribute) else {
        errors.at(attribute, "HEAD and OPTIONS are answered from the other routes; write get, post, put, patch or delete");
        return None;
    };
    let (literal, list) = errors.keep(attribute.parse_args_with(path_and_options).map_err(|error| {
        let name = verb.attribute();
        let message = format!("write the path, then options: `#[{name}(\"/items/{{sku}}\", timeout = \"2s\")]` ({error})");
        syn::Error::new_spanned(attribute, message)
    }))?;
    Some((
        verb,
        Path::parse(literal, errors),
        Options::parse(list, errors),
    ))
}

fn path_and_options(input: ParseStream<'_>) -> syn::Result<(LitStr, Punctuated<Meta, Token![,]>)> {
    let path = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok((path, Punctuated::parse_terminated(input)?))
}

fn answer(ok: &Type, errors: &mut Errors) -> Answer {
    match ok {
        Type::Tuple(tuple) if tuple.elems.is_empty() => return Answer::Empty,
        Type::Path(path) => {
            let last = path.path.segments.last().map(|last| last.ident.to_string());
            match last.as_deref() {
                Some("Bytes") => return Answer::Bytes,
                Some("Streaming") => errors.at(ok, "`Streaming` is not yet in this version; give a page of values, with a parameter that says where to go on"),
                _ => {}
            }
        }
        _ => {}
    }
    if shape::borrows(ok) {
        errors.at(
            ok,
            "an answer crosses a wire, so it owns what it holds: give an owned type",
        );
    }
    match type_arguments(ok, "Created").as_slice() {
        [created] => Answer::Created(Box::new(created.clone())),
        _ => Answer::Json,
    }
}

/// Finds the place of each parameter.
struct Params<'m> {
    verb: Verb,
    path: &'m Path,
}

impl Params<'_> {
    fn parse(&self, arguments: &[Argument], errors: &mut Errors) -> Vec<Param> {
        let params: Vec<Param> = arguments
            .iter()
            .map(|argument| self.param(argument, errors))
            .collect();
        for name in self.path.placeholders() {
            if !arguments
                .iter()
                .any(|argument| words::wire_name(&argument.ident) == name)
            {
                errors.at(
                    &self.path.literal,
                    format!(
                        "the path names `{{{name}}}`, but the method has no parameter `{name}`"
                    ),
                );
            }
        }
        let bodies = params.iter().filter(|param| param.place == Place::Body);
        for second in bodies.skip(1) {
            errors.at(&second.ident, "a request has one body: mark this parameter `#[query]` or `#[header(\"…\")]`, or put both into one type");
        }
        params
    }

    fn param(&self, argument: &Argument, errors: &mut Errors) -> Param {
        if argument.borrows() {
            errors.at(
                &argument.ty,
                "a parameter crosses a wire, so the method takes it by value: write the owned type",
            );
        }
        let place = self.place(argument, errors);
        let inner = type_arguments(&argument.ty, "Option");
        let optional = inner.len() == 1;
        if optional && matches!(place, Place::Path(_) | Place::Body) {
            errors.at(
                &argument.ty,
                "only a query parameter or a header may be missing; take the type without `Option`",
            );
        }
        Param {
            ident: argument.ident.clone(),
            ty: inner
                .into_iter()
                .next()
                .unwrap_or_else(|| argument.ty.clone()),
            optional,
            place,
        }
    }

    fn place(&self, argument: &Argument, errors: &mut Errors) -> Place {
        let name = words::wire_name(&argument.ident);
        let in_path = self
            .path
            .placeholders()
            .position(|placeholder| placeholder == name);
        let said = said(argument, &name, errors);
        match (in_path, said) {
            (Some(index), None) => Place::Path(index),
            (Some(index), Some(_)) => {
                errors.at(
                    &argument.ident,
                    format!(
                        "`{name}` stands in the path, so it comes from there; remove the attribute"
                    ),
                );
                Place::Path(index)
            }
            (None, Some(Place::Body)) if !self.verb.has_body() => {
                let verb = self.verb.attribute().to_uppercase();
                errors.at(
                    &argument.ident,
                    format!("a {verb} request has no body; use `#[query]`, or a POST"),
                );
                Place::Body
            }
            (None, Some(place)) => place,
            (None, None) if self.verb.has_body() => Place::Body,
            (None, None) => Place::Query(name),
        }
    }
}

/// What an attribute on the parameter says.
fn said(argument: &Argument, name: &str, errors: &mut Errors) -> Option<Place> {
    let mut place = None;
    for attribute in &argument.attributes {
        if place.is_some() {
            errors.at(attribute, "a parameter comes from one place");
        }
        let path = attribute.path();
        place = if path.is_ident("query") {
            let named = matches!(attribute.meta, Meta::List(_));
            let key = if named {
                errors
                    .keep(attribute.parse_args::<LitStr>())
                    .map(|key| key.value())
            } else {
                None
            };
            Some(Place::Query(key.unwrap_or_else(|| name.to_owned())))
        } else if path.is_ident("header") {
            Some(Place::Header(header(attribute, errors).unwrap_or_default()))
        } else if path.is_ident("body") {
            Some(Place::Body)
        } else {
            errors.at(attribute, format!("`{}` says nothing of a parameter; known are `#[query]`, `#[header(\"If-Match\")]` and `#[body]`", path.to_token_stream()));
            None
        };
    }
    place
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

/// Two methods with the same verb and the same template, whatever its placeholders are called.
fn conflicts(methods: &[Method], errors: &mut Errors) {
    for (index, method) in methods.iter().enumerate() {
        let same = |other: &&Method| {
            other.verb == method.verb && other.path.route() == method.path.route()
        };
        if let Some(first) = methods[..index].iter().find(same) {
            let (one, two) = (&first.shape.ident, &method.shape.ident);
            let (verb, path) = (method.verb.attribute(), first.path.literal.value());
            errors.at(&method.path.literal, format!("`{two}` has the route of `{one}` (`{verb} {path}`); give one of them another path"));
        }
    }
}
