//! One method of such a trait.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Lifetime, Pat, PathArguments, ReceiverKind,
    ReturnType, TraitItemFn, Type,
};

use super::lifetimes::{self, borrows, name_elided};
use crate::errors::Errors;

/// A method: `async fn stock(&self, sku: Sku) -> Result<Stock, InventoryError>`.
pub(crate) struct Method {
    /// Without those of the macro itself.
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) ident: Ident,
    lifetimes: Vec<GenericParam>,
    pub(crate) arguments: Vec<Argument>,
    /// `Result<Stock, InventoryError>`.
    pub(crate) output: Type,
    pub(crate) ok: Type,
    pub(crate) error: Type,
}

/// One argument.
pub(crate) struct Argument {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
}

impl Argument {
    /// Whether its type borrows from the caller.
    pub(crate) fn borrows(&self) -> bool {
        borrows(self.ty.to_token_stream())
    }
}

impl Method {
    /// Reads a method; `None` where nothing sensible can be made of it.
    pub(crate) fn parse(item: &TraitItemFn, what: &str, errors: &mut Errors) -> Option<Self> {
        let signature = &item.sig;
        let name = &signature.ident;
        if signature.asyncness.is_none() {
            errors.at(
                signature.fn_token,
                format!(
                    "a {what} crosses a border, so its methods are async: write `async fn {name}`"
                ),
            );
        }
        if let Some(body) = &item.default {
            errors.at(
                body,
                format!(
                    "a {what} has no bodies; end `{name}` with `;` and \
                write the code in an implementation"
                ),
            );
        }
        let lifetimes = lifetimes_of(item, errors);
        let arguments = arguments_of(item, errors);
        let (output, ok, error) = output_of(item, errors)?;
        Some(Self {
            attributes: item.attrs.clone(),
            ident: name.clone(),
            lifetimes,
            arguments,
            output,
            ok,
            error,
        })
    }

    /// The arguments' names.
    pub(crate) fn names(&self) -> Vec<&Ident> {
        self.arguments
            .iter()
            .map(|argument| &argument.ident)
            .collect()
    }

    /// The name in the twin: `__stock`.
    fn twin_ident(&self) -> Ident {
        format_ident!("__{}", self.ident)
    }

    /// In the user's trait.
    pub(super) fn declaration(&self) -> TokenStream {
        let Self {
            attributes,
            ident,
            lifetimes,
            output,
            ..
        } = self;
        let parameters = self.parameters();
        // rustc shows this place to whom calls the method on a plain trait object.
        let sized = quote_spanned!(ident.span()=> Self: ::core::marker::Sized);
        quote! {
            #(#attributes)*
            fn #ident<#(#lifetimes),*>(&self, #(#parameters),*)
                -> impl ::core::future::Future<Output = #output> + ::core::marker::Send
            where
                #sized;
        }
    }

    /// An implementation, as the user would write it.
    pub(crate) fn definition(&self, body: &TokenStream) -> TokenStream {
        let Self {
            ident,
            lifetimes,
            output,
            ..
        } = self;
        let parameters = self.parameters();
        quote! {
            async fn #ident<#(#lifetimes),*>(&self, #(#parameters),*) -> #output {
                #body
            }
        }
    }

    /// A call of the twin on `receiver`, a place expression.
    pub(crate) fn twin_call(&self, receiver: &TokenStream) -> TokenStream {
        let (twin, names) = (self.twin_ident(), self.names());
        quote!((#receiver).#twin(#(#names),*))
    }

    pub(super) fn twin_declaration(&self) -> TokenStream {
        let signature = self.twin_signature();
        quote!(#signature;)
    }

    pub(super) fn twin_definition(&self, of: &Ident) -> TokenStream {
        let (signature, ident, names) = (self.twin_signature(), &self.ident, self.names());
        quote! {
            #signature {
                ::std::boxed::Box::pin(<Self as #of>::#ident(self, #(#names),*))
            }
        }
    }

    /// The bound of a closure that answers this method: `Fn(&Sku) -> Result<…>`.
    pub(super) fn closure(&self) -> TokenStream {
        let (lifetimes, output) = (&self.lifetimes, &self.output);
        let types = self.arguments.iter().map(|argument| &argument.ty);
        let binder = (!lifetimes.is_empty()).then(|| quote!(for<#(#lifetimes),*>));
        quote!(#binder ::core::ops::Fn(#(#types),*) -> #output)
    }

    fn twin_signature(&self) -> TokenStream {
        let twin = self.twin_ident();
        let own = Lifetime::new(&format!("'{}", lifetimes::NAME), Span::call_site());
        let named = self.lifetimes.iter().map(|lifetime| match lifetime {
            GenericParam::Lifetime(param) => {
                let (lifetime, bounds) = (&param.lifetime, param.bounds.iter());
                quote!(#lifetime: #own #(+ #bounds)*)
            }
            other => other.to_token_stream(),
        });
        let parameters = self.arguments.iter().map(|argument| {
            let (name, ty) = (&argument.ident, name_elided(argument.ty.to_token_stream()));
            quote!(#name: #ty)
        });
        let output = name_elided(self.output.to_token_stream());
        quote! {
            fn #twin<#own #(, #named)*>(&#own self, #(#parameters),*)
                -> ::chassis::__private::BoxFuture<#own, #output>
        }
    }

    fn parameters(&self) -> impl Iterator<Item = TokenStream> {
        self.arguments
            .iter()
            .map(|Argument { ident, ty, .. }| quote!(#ident: #ty))
    }
}

fn lifetimes_of(item: &TraitItemFn, errors: &mut Errors) -> Vec<GenericParam> {
    let generics = &item.sig.generics;
    if let Some(clause) = &generics.where_clause {
        errors.at(clause, "this method needs no `where`; write concrete types");
    }
    let (lifetimes, others): (Vec<_>, Vec<_>) = generics
        .params
        .iter()
        .cloned()
        .partition(|param| matches!(param, GenericParam::Lifetime(_)));
    for other in others {
        errors.at(
            other,
            "a method behind a trait object has no type parameters; write a concrete type",
        );
    }
    lifetimes
}

fn arguments_of(item: &TraitItemFn, errors: &mut Errors) -> Vec<Argument> {
    let signature = &item.sig;
    match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) => {
            let plain = matches!(&receiver.kind, ReceiverKind::Reference(_, None, None));
            if !plain {
                errors.at(
                    receiver,
                    "many calls run at once on one value: take `&self`",
                );
            }
        }
        _ => errors.at(&signature.ident, "the first argument is `&self`"),
    }
    let typed = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(argument),
        _ => None,
    });
    let mut arguments = Vec::new();
    for argument in typed {
        if matches!(&*argument.ty, Type::ImplTrait(_)) {
            errors.at(
                &argument.ty,
                "a method behind a trait object takes no `impl Trait`; write a concrete type",
            );
        }
        match &*argument.pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.mutability.is_none() => {
                arguments.push(Argument {
                    attributes: argument.attrs.clone(),
                    ident: name.ident.clone(),
                    ty: (*argument.ty).clone(),
                });
            }
            other => errors.at(other, "an argument is a plain name here: `name: Type`"),
        }
    }
    arguments
}

/// `Result<T, E>` and its two types.
fn output_of(item: &TraitItemFn, errors: &mut Errors) -> Option<(Type, Type, Type)> {
    const WRITE: &str = "a call can fail, so write `Result<T, E>` with both types; `E` has \
        a variant for `chassis::CallError`, or is it";
    let ReturnType::Type(_, output) = &item.sig.output else {
        errors.at(&item.sig.ident, WRITE);
        return None;
    };
    let types = type_arguments(output, "Result");
    let [ok, error] = types.as_slice() else {
        errors.at(output, WRITE);
        return None;
    };
    Some(((**output).clone(), ok.clone(), error.clone()))
}

/// The last segment of a path: `Option` of `std::option::Option<T>`.
pub(crate) fn last_segment(ty: &Type) -> Option<&Ident> {
    match ty {
        Type::Path(path) => path.path.segments.last().map(|last| &last.ident),
        _ => None,
    }
}

/// The type arguments of `ty` when its last segment is `name`: `Option<T>` gives `[T]`.
pub(crate) fn type_arguments(ty: &Type, name: &str) -> Vec<Type> {
    let Type::Path(path) = ty else {
        return Vec::new();
    };
    let Some(last) = path.path.segments.last().filter(|last| last.ident == name) else {
        return Vec::new();
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return Vec::new();
    };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    });
    types.collect()
}
