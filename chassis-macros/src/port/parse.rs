//! From the user's trait to the [`Port`], with every mistake found.

use proc_macro2::TokenStream;
use syn::{Attribute, ItemTrait, TraitItemFn, Type};

use super::model::{Method, Port};
use crate::errors::Errors;
use crate::shape::{self, Argument, Trait};
use crate::words;

/// Reads a port, or gives the compile errors.
pub(super) fn parse(arguments: &TokenStream, item: &ItemTrait) -> Result<Port, TokenStream> {
    let mut errors = Errors::default();
    if !arguments.is_empty() {
        errors.at(
            arguments,
            "`#[port]` takes nothing; its name is the trait's, its policies are configuration",
        );
    }
    let shape = Trait::parse(item, "port", &mut errors);
    let mut methods = Vec::new();
    for item in shape::methods(item, "port", &mut errors) {
        methods.extend(method(item, &mut errors));
    }
    errors.finish(Port {
        name: words::kebab(&words::wire_name(&shape.ident)),
        doc: words::doc(&shape.attributes),
        shape,
        methods,
    })
}

/// Whether this is `#[idempotent]`.
pub(super) fn is_idempotent(attribute: &Attribute) -> bool {
    attribute.path().is_ident("idempotent")
}

fn method(item: &TraitItemFn, errors: &mut Errors) -> Option<Method> {
    let mut shape = shape::Method::parse(item, "port", errors)?;
    if shape::borrows(&shape.output) {
        errors.at(
            &shape.output,
            "what a port gives owns what it holds, since it may come from another system: \
                give an owned type",
        );
    }
    let (own, others) = shape.attributes.into_iter().partition(is_idempotent);
    shape.attributes = others;
    let own: Vec<Attribute> = own;
    for attribute in &own {
        if attribute.meta.require_path_only().is_err() {
            errors.at(
                attribute,
                "`#[idempotent]` stands alone: the method may be called again without harm",
            );
        }
    }
    if !own.is_empty() {
        for argument in &shape.arguments {
            refuse_mut(argument, errors);
        }
    }
    Some(Method {
        doc: words::doc(&shape.attributes),
        idempotent: !own.is_empty(),
        shape,
    })
}

/// What is changed by the first attempt can't be given to the second.
fn refuse_mut(argument: &Argument, errors: &mut Errors) {
    if let Type::Reference(reference) = &argument.ty
        && reference.mutability.is_some()
    {
        errors.at(
            &argument.ty,
            "an `#[idempotent]` method is called again when it fails, and its first attempt may have \
                changed what `&mut` leads to: take `&` or an owned value",
        );
    }
}
