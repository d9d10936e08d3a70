//! From the user's trait to the [`Contract`], with every mistake found.

use proc_macro2::TokenStream;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, ItemTrait, LitStr, Meta, Token, TraitItemFn, Type};

use super::model::{Answer, Contract, Method, Options, Param, Place, Stream, Verb};
use super::options;
use super::params::Params;
use super::path::Path;
use crate::errors::Errors;
use crate::shape::{self, Trait, last_segment, type_arguments};
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
    let answer = answer(&shape.ok, errors);
    if let (Some((_, span)), false) = (options.item_timeout, matches!(answer, Answer::Streaming(_)))
    {
        errors.add(syn::Error::new(
            span,
            "`item_timeout` limits the wait for an item, and this method gives no `Streaming<T>`; \
             write `timeout`",
        ));
    }
    let method = Method {
        answer,
        doc: words::doc(&shape.attributes),
        shape,
        verb,
        path,
        options,
        params,
    };
    repeats(&method, errors);
    Some(method)
}

/// What `idempotent` and `cache` ask of a method.
fn repeats(method: &Method, errors: &mut Errors) {
    let streams = matches!(method.answer, Answer::Streaming(_));
    let mut refuse = |span, why: &str| errors.add(syn::Error::new(span, why));
    if let Some(span) = method.options.idempotent {
        let is_key = |param: &Param| {
            matches!(&param.place, Place::Header(name)
                if name.eq_ignore_ascii_case("idempotency-key"))
        };
        if matches!(method.verb, Verb::Get | Verb::Put | Verb::Delete) {
            refuse(
                span,
                "GET, PUT and DELETE are idempotent by themselves: the same call twice has one \
                 effect, and is retried without a word. `idempotent` is for POST and PATCH",
            );
        } else if streams {
            refuse(
                span,
                "a stream can't be answered again, so its method can't be `idempotent`: answer \
                 with a value, and let GET stream",
            );
        } else if method.params.iter().any(is_key) {
            refuse(
                span,
                "`idempotent` reads and writes `Idempotency-Key` for you: leave out the \
                 parameter, and take the key from `Context::current().idempotency_key()`",
            );
        }
    }
    if let Some((_, span)) = method.options.cache {
        if method.verb != Verb::Get {
            refuse(span, "only answers of GET are cached");
        } else if streams {
            refuse(span, "a stream isn't cached: answer with a value");
        }
    }
}

/// What `#[get("/items/{sku}", timeout = "2s")]` says.
fn route(item: &TraitItemFn, errors: &mut Errors) -> Option<(Verb, Path, Options)> {
    let mut routes = item.attrs.iter().filter(|attribute| is_verb(attribute));
    let Some(attribute) = routes.next() else {
        errors.at(
            &item.sig.ident,
            "a method of a contract has a route: `#[get(\"/items/{sku}\")]` (or post, put, \
             patch, delete)",
        );
        return None;
    };
    if let Some(second) = routes.next() {
        errors.at(
            second,
            "a method has one route; write a second method for this one",
        );
    }
    let Some(verb) = verb(attribute) else {
        errors.at(
            attribute,
            "HEAD and OPTIONS are answered from the other routes; write get, post, put, patch \
             or delete",
        );
        return None;
    };
    let (literal, list) = errors.keep(attribute.parse_args_with(path_and_options).map_err(
        |error| {
            let name = verb.attribute();
            let message = format!(
                "write the path, then options: `#[{name}(\"/items/{{sku}}\", \
            timeout = \"2s\")]` ({error})"
            );
            syn::Error::new_spanned(attribute, message)
        },
    ))?;
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
    let last = last_segment(ok).map(ToString::to_string);
    match (ok, last.as_deref()) {
        (Type::Tuple(tuple), _) if tuple.elems.is_empty() => return Answer::Empty,
        (_, Some("Bytes")) => return Answer::Bytes,
        _ if shape::borrows(ok) => errors.at(
            ok,
            "an answer crosses a wire, so it owns what it holds: give an owned type",
        ),
        _ => {}
    }
    if let Some("Streaming") = last.as_deref() {
        return streaming(ok, errors);
    }
    match type_arguments(ok, "Created").as_slice() {
        [created] => Answer::Created(Box::new(created.clone())),
        _ => Answer::Json,
    }
}

/// `Streaming<T>` or `Streaming<T, E>`.
fn streaming(ok: &Type, errors: &mut Errors) -> Answer {
    let types = type_arguments(ok, "Streaming");
    let (item, error) = match types.as_slice() {
        [item] => (item, None),
        [item, error] => (item, Some(error.clone())),
        _ => {
            errors.at(
                ok,
                "say what streams: `Streaming<StockChange>`, or \
                 `Streaming<StockChange, InventoryError>` where it may fail once it has begun",
            );
            return Answer::Json;
        }
    };
    let wraps = |name| !type_arguments(item, name).is_empty();
    if wraps("Item") || wraps("Result") {
        errors.at(
            item,
            "a stream is named by its plain values: `Streaming<StockChange>`; ids stand around \
             the values that the stream is made of, and errors are its second type",
        );
    }
    Answer::Streaming(Box::new(Stream {
        item: item.clone(),
        error,
    }))
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
            let message = format!(
                "`{two}` has the route of `{one}` (`{verb} {path}`); give one of them another path"
            );
            errors.at(&method.path.literal, message);
        }
    }
}
