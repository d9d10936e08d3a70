//! The shape that `#[service]` and `#[port]` share: a plain-looking async trait that is
//! dyn-compatible through a hidden twin.
//!
//! The trait keeps `fn stock(&self, ..) -> impl Future + Send where Self: Sized`, so that static
//! calls box nothing. The hidden twin, implemented for every implementor, has
//! `__stock(..) -> BoxFuture`; `Arc<dyn Inventory>` implements the trait through it at one box a
//! call.

mod fake;
mod lifetimes;
mod method;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{Attribute, ItemTrait, TraitItem, TraitItemFn, Visibility};

pub(crate) use method::{Argument, Method, last_segment, type_arguments};

use crate::errors::Errors;

/// Whether fakes come out: `chassis/testing` turns it on.
pub(crate) const FAKES: bool = cfg!(feature = "testing");

/// A trait that has this shape.
pub(crate) struct Trait {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) ident: Ident,
    /// The hidden twin: `__InventoryDyn`.
    pub(crate) twin: Ident,
}

impl Trait {
    /// Reads everything but the methods. `what` is `contract` or `port`.
    pub(crate) fn parse(item: &ItemTrait, what: &str, errors: &mut Errors) -> Self {
        if let Some(token) = &item.unsafety {
            errors.at(token, format!("a {what} cannot be unsafe; remove `unsafe`"));
        }
        if !item.generics.params.is_empty() || item.generics.where_clause.is_some() {
            let message = format!("a {what} has no generic parameters; write concrete types");
            errors.at(&item.generics, message);
        }
        if !item.supertraits.is_empty() {
            errors.at(
                &item.supertraits,
                format!(
                    "a {what} has no supertraits, since what the macro generates could \
                    not implement them; `Send + Sync + 'static` is implied"
                ),
            );
        }
        Self {
            attributes: item.attrs.clone(),
            visibility: item.vis.clone(),
            ident: item.ident.clone(),
            twin: format_ident!("__{}Dyn", item.ident),
        }
    }

    /// The trait itself, its methods rewritten. `what` names it in rustc's message for a type that
    /// does not implement it.
    pub(crate) fn declaration(&self, what: &str, methods: &[&Method]) -> TokenStream {
        let Self {
            attributes,
            visibility,
            ident,
            twin,
        } = self;
        let message = format!("`{{Self}}` does not implement the {what} `{ident}`");
        let note = format!(
            "`&dyn {ident}` cannot call the methods of `{ident}`: take `&Arc<dyn {ident}>` \
                or `&impl {ident}`"
        );
        let methods = methods.iter().map(|method| method.declaration());
        let bounds = quote!(::core::marker::Send + ::core::marker::Sync + 'static);
        quote! {
            #(#attributes)*
            #[diagnostic::on_unimplemented(message = #message, note = #note)]
            #visibility trait #ident: #twin + #bounds {
                #(#methods)*
            }
        }
    }

    /// The hidden twin and its implementation for every implementor. `declared` and `implemented`
    /// are further items of the two.
    pub(crate) fn twin(
        &self,
        methods: &[&Method],
        declared: &TokenStream,
        implemented: &TokenStream,
    ) -> TokenStream {
        let Self {
            visibility,
            ident,
            twin,
            ..
        } = self;
        let declarations = methods.iter().map(|method| method.twin_declaration());
        let definitions = methods.iter().map(|method| method.twin_definition(ident));
        quote! {
            #[doc(hidden)]
            #visibility trait #twin: ::core::marker::Send + ::core::marker::Sync + 'static {
                #(#declarations)*
                #declared
            }

            #[automatically_derived]
            #[allow(deprecated, clippy::all, clippy::pedantic)]
            impl<__T: #ident> #twin for __T {
                #(#definitions)*
                #implemented
            }
        }
    }

    /// `Arc<dyn Inventory>` and `Arc<T>` implement the trait, too.
    pub(crate) fn shared(&self, methods: &[&Method]) -> TokenStream {
        let ident = &self.ident;
        let erased = methods.iter().map(|method| {
            let call = method.twin_call(&quote!(**self));
            // Not `self.__stock(..)`: that would be the Arc's own twin, and box twice.
            method.definition(&quote!(#call.await))
        });
        let shared = methods.iter().map(|method| {
            let (name, arguments) = (&method.ident, method.names());
            method.definition(&quote!(<__T as #ident>::#name(self, #(#arguments),*).await))
        });
        quote! {
            #[automatically_derived]
            #[allow(deprecated, clippy::all, clippy::pedantic)]
            impl #ident for ::std::sync::Arc<dyn #ident> {
                #(#erased)*
            }

            #[automatically_derived]
            #[allow(deprecated, clippy::all, clippy::pedantic)]
            impl<__T: #ident> #ident for ::std::sync::Arc<__T> {
                #(#shared)*
            }
        }
    }
}

/// Whether a type borrows: holds `&` or a lifetime other than `'static`.
pub(crate) fn borrows(ty: &syn::Type) -> bool {
    lifetimes::borrows(ty.to_token_stream())
}

/// The methods among the trait's items; everything else is a mistake.
pub(crate) fn methods<'i>(
    item: &'i ItemTrait,
    what: &str,
    errors: &mut Errors,
) -> Vec<&'i TraitItemFn> {
    let mut methods = Vec::new();
    for item in &item.items {
        match item {
            TraitItem::Fn(method) => methods.push(method),
            other => errors.at(
                other,
                format!("a {what} holds only `async fn`; move this out of it"),
            ),
        }
    }
    methods
}

/// The user's trait after a mistake: without the attributes that `is_ours` names, its async methods
/// in their dyn-compatible form, so that the rest of the crate reports only mistakes of its own.
pub(crate) fn fallback(mut item: ItemTrait, is_ours: fn(&Attribute) -> bool) -> TokenStream {
    for item in &mut item.items {
        let TraitItem::Fn(method) = item else {
            continue;
        };
        method.attrs.retain(|attribute| !is_ours(attribute));
        for input in &mut method.sig.inputs {
            if let syn::FnArg::Typed(argument) = input {
                argument.attrs.retain(|attribute| !is_ours(attribute));
            }
        }
        if method.sig.asyncness.take().is_some() && method.default.is_none() {
            desugar(method);
        }
    }
    item.into_token_stream()
}

fn desugar(method: &mut TraitItemFn) {
    let output = match &method.sig.output {
        syn::ReturnType::Default => quote!(()),
        syn::ReturnType::Type(_, output) => output.to_token_stream(),
    };
    method.sig.output = syn::parse_quote! {
        -> impl ::core::future::Future<Output = #output> + ::core::marker::Send
    };
    let clause = method.sig.generics.make_where_clause();
    let mut predicates = Punctuated::new();
    std::mem::swap(&mut clause.predicates, &mut predicates);
    predicates.push(syn::parse_quote!(Self: ::core::marker::Sized));
    clause.predicates = predicates;
}
