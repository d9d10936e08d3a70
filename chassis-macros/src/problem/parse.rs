//! From the user's enum to the [`Error`], with every mistake found.

use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;
use syn::{Data, DeriveInput, Fields, FieldsNamed, Type, Variant};

use super::attribute::{KNOWN, Said};
use super::model::{Error, Field, Kind, Problem, Variant as Model};
use crate::errors::Errors;
use crate::words;

/// The members that RFC 9457 gives a meaning.
const RESERVED: [&str; 5] = ["type", "title", "status", "detail", "instance"];

/// Reads an error, or gives the compile errors.
pub(super) fn parse(item: &DeriveInput) -> Result<Error, TokenStream> {
    let mut errors = Errors::default();
    let mut variants = Vec::new();
    if !item.generics.params.is_empty() {
        errors.at(
            &item.generics,
            "an error that crosses the wire has no generic parameters; write concrete types",
        );
    }
    match &item.data {
        Data::Enum(data) if !data.variants.is_empty() => {
            for item in &data.variants {
                variants.extend(variant(item, &mut errors));
            }
        }
        _ => errors.at(
            &item.ident,
            "`Problem` is derived for an enum with a variant a \
            problem: `enum InventoryError { #[problem(status = 404)] UnknownItem { sku: Sku } }`",
        ),
    }
    clashes(&variants, &mut errors);
    errors.finish(Error {
        ident: item.ident.clone(),
        variants,
    })
}

fn variant(item: &Variant, errors: &mut Errors) -> Option<Model> {
    let said = Said::parse(&item.attrs, errors);
    let kind = if said.call {
        Kind::Call(Box::new(call(item, errors)?))
    } else {
        Kind::Problem(Box::new(problem(item, said, errors)?))
    };
    Some(Model {
        ident: item.ident.clone(),
        name: words::kebab(&words::wire_name(&item.ident)),
        doc: words::doc(&item.attrs),
        kind,
    })
}

/// The type of the variant's one field.
fn call(item: &Variant, errors: &mut Errors) -> Option<Type> {
    if let Fields::Unnamed(fields) = &item.fields
        && let [field] = fields.unnamed.iter().collect::<Vec<_>>().as_slice()
    {
        return Some(field.ty.clone());
    }
    let name = &item.ident;
    errors.at(
        item,
        format!(
            "`#[problem(call)]` marks the variant that holds a failed call: `{name}(#[from] \
                chassis::CallError)`"
        ),
    );
    None
}

fn problem(item: &Variant, said: Said, errors: &mut Errors) -> Option<Problem> {
    let empty = Punctuated::new();
    let all = match &item.fields {
        Fields::Unit => &empty,
        Fields::Named(FieldsNamed { named, .. }) => named,
        Fields::Unnamed(fields) => {
            errors.at(
                fields,
                "the fields of a problem are members of a JSON object, so \
                they have names: `{ sku: Sku }`",
            );
            return None;
        }
    };
    let Some(status) = said.status else {
        if !said.wrong {
            errors.at(
                &item.ident,
                format!(
                    "say the HTTP status of this problem: \
                `#[problem(status = 404)]` (known are {KNOWN})"
                ),
            );
        }
        return None;
    };
    let (sources, crossing): (Vec<_>, Vec<_>) = all.iter().partition(|field| is_source(field));
    let fields = crossing
        .into_iter()
        .filter_map(|item| field(item, errors))
        .collect();
    let has_source = !sources.is_empty();
    Some(Problem {
        status,
        type_uri: said.type_uri,
        title: said
            .title
            .unwrap_or_else(|| words::sentence(&words::wire_name(&item.ident))),
        shows_detail: said.public || (status < 500 && !has_source),
        fields,
        has_source,
    })
}

/// As thiserror finds the source.
fn is_source(field: &syn::Field) -> bool {
    let marked = |name| {
        field
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident(name))
    };
    marked("source") || marked("from") || field.ident.as_ref().is_some_and(|name| name == "source")
}

fn field(item: &syn::Field, errors: &mut Errors) -> Option<Field> {
    let ident = item.ident.clone()?;
    let name = words::wire_name(&ident);
    if RESERVED.contains(&name.as_str()) {
        errors.at(
            &ident,
            format!(
                "`{name}` is a member of every problem (RFC 9457); give this field another name"
            ),
        );
    }
    Some(Field {
        ident,
        name,
        ty: item.ty.clone(),
    })
}

/// Two variants of one type could not be told apart by their receiver.
fn clashes(variants: &[Model], errors: &mut Errors) {
    let uri = |variant: &Model| match &variant.kind {
        Kind::Problem(problem) => Some(
            problem
                .type_uri
                .clone()
                .unwrap_or_else(|| variant.name.clone()),
        ),
        Kind::Call(_) => None,
    };
    for (index, variant) in variants.iter().enumerate() {
        let Some(own) = uri(variant) else { continue };
        let same = |other: &&Model| uri(other).as_ref() == Some(&own);
        if let Some(first) = variants[..index].iter().find(same) {
            errors.at(
                &variant.ident,
                format!(
                    "`{}` has the problem type of `{}`; give one of them another",
                    variant.ident, first.ident
                ),
            );
        }
    }
}
