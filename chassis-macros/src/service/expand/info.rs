//! The contract as data.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::service::model::{Answer, Cache, Contract, Method, Param, Place, Verb};
use crate::words;

/// A `ContractInfo`.
pub(super) fn info(contract: &Contract) -> TokenStream {
    let Contract {
        name, version, doc, ..
    } = contract;
    let methods = contract.methods.iter().map(|m| method(contract, m));
    let source = source(contract.shape.ident.span());
    quote! {
        ::chassis::contract::ContractInfo {
            name: #name,
            version: #version,
            doc: #doc,
            source: #source,
            methods: &[#(#methods),*],
        }
    }
}

fn method(contract: &Contract, method: &Method) -> TokenStream {
    let name = words::wire_name(&method.shape.ident);
    let (verb, path, doc) = (
        verb(method.verb),
        method.path.template(&contract.version),
        &method.doc,
    );
    let source = source(method.shape.ident.span());
    let options = options(method);
    let params = method.params.iter().map(param);
    let (success, answer, bytes) = answer(method);
    let stream = option(stream(method));
    let error = &method.shape.error;
    let problems = quote_spanned!(error.span()=> <#error as ::chassis::Problem>::variants);
    quote! {
        ::chassis::contract::MethodInfo {
            name: #name,
            verb: #verb,
            path: #path,
            doc: #doc,
            source: #source,
            #options
            params: &[#(#params),*],
            success: #success,
            answer: #answer,
            bytes: #bytes,
            stream: #stream,
            problems: #problems,
        }
    }
}

fn options(method: &Method) -> TokenStream {
    let options = &method.options;
    let timeout = option(
        options
            .timeout_ms
            .map(|ms| quote!(::core::time::Duration::from_millis(#ms))),
    );
    let max_body = option(options.max_body.map(|(bytes, _)| quote!(#bytes)));
    let since = option(options.since.as_ref().map(|since| quote!(#since)));
    let idempotent = options.idempotent.is_some();
    let cache = option(options.cache.map(|(Cache { fresh_ms, public }, _)| {
        quote! {
            ::chassis::contract::CacheInfo {
                fresh: ::core::time::Duration::from_millis(#fresh_ms),
                public: #public,
            }
        }
    }));
    let deprecated = options.deprecated;
    let cancel = if options.cancel_always || method.verb == Verb::Get {
        quote!(Always)
    } else {
        quote!(Never)
    };
    quote! {
        timeout: #timeout,
        max_body: #max_body,
        idempotent: #idempotent,
        cache: #cache,
        deprecated: #deprecated,
        since: #since,
        cancel: ::chassis::contract::Cancel::#cancel,
    }
}

fn param(param: &Param) -> TokenStream {
    let (name, place) = match &param.place {
        Place::Path(_) => (words::wire_name(&param.ident), quote!(Path)),
        Place::Query(name) => (name.clone(), quote!(Query)),
        Place::Header(name) => (name.clone(), quote!(Header)),
        Place::Body => (words::wire_name(&param.ident), quote!(Body)),
    };
    let (required, schema) = (!param.optional, schema(&param.ty));
    quote! {
        ::chassis::contract::ParamInfo {
            name: #name,
            place: ::chassis::contract::ParamPlace::#place,
            required: #required,
            schema: #schema,
        }
    }
}

/// Status, schema, and whether it is bytes.
fn answer(method: &Method) -> (u16, TokenStream, bool) {
    match &method.answer {
        Answer::Json => (200, option(Some(schema(&method.shape.ok))), false),
        Answer::Empty => (204, option(None), false),
        Answer::Created(ty) => (201, option(Some(schema(ty))), false),
        Answer::Bytes => (200, option(None), true),
        Answer::Streaming(_) => (200, option(None), false),
    }
}

/// A `StreamInfo`, where the method streams.
fn stream(method: &Method) -> Option<TokenStream> {
    let Answer::Streaming(stream) = &method.answer else {
        return None;
    };
    let (item, item_timeout) = (schema(&stream.item), item_timeout(method));
    let problems = match &stream.error {
        Some(error) => quote_spanned!(error.span()=> <#error as ::chassis::Problem>::variants),
        None => quote!(<::chassis::CallError as ::chassis::Problem>::variants),
    };
    Some(quote! {
        ::chassis::contract::StreamInfo {
            item: #item,
            item_timeout: #item_timeout,
            problems: #problems,
        }
    })
}

/// An `Option<Duration>`.
pub(super) fn item_timeout(method: &Method) -> TokenStream {
    option(
        method
            .options
            .item_timeout
            .map(|(ms, _)| quote!(::core::time::Duration::from_millis(#ms))),
    )
}

/// A missing `JsonSchema` is reported at the type.
fn schema(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> ::chassis::__private::schemars::SchemaGenerator::subschema_for::<#ty>)
}

fn verb(verb: Verb) -> TokenStream {
    match verb {
        Verb::Get => quote!(::chassis::__private::Method::GET),
        Verb::Post => quote!(::chassis::__private::Method::POST),
        Verb::Put => quote!(::chassis::__private::Method::PUT),
        Verb::Patch => quote!(::chassis::__private::Method::PATCH),
        Verb::Delete => quote!(::chassis::__private::Method::DELETE),
    }
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}

/// `file:line` of `span`: the tokens stand where the user's do, so rustc fills in that place.
fn source(span: Span) -> TokenStream {
    quote_spanned!(span=> ::core::concat!(::core::file!(), ":", ::core::line!()))
}
