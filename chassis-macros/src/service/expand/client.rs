//! The client: the same trait over a link to a local implementation or a transport.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::service::model::{Answer, Contract, Method, Param, Place};
use crate::service::path::Segment;

/// `struct __Client` and its implementation of the contract.
pub(super) fn client(contract: &Contract) -> TokenStream {
    let ident = &contract.shape.ident;
    let methods = contract
        .methods
        .iter()
        .enumerate()
        .map(|(index, method)| method.shape.definition(&body(contract, index, method)));
    quote! {
        struct __Client(::chassis::contract::Link<dyn #ident>);

        #[automatically_derived]
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        impl #ident for __Client {
            #(#methods)*
        }
    }
}

fn body(contract: &Contract, index: usize, method: &Method) -> TokenStream {
    let local = method.shape.twin_call(&quote!(**__service));
    let (encode, decode) = (encode(contract, index, method), decode(method));
    // Where the error has no `From<CallError>`, rustc's message stands at the error's type.
    let error = &method.shape.error;
    let failed = quote_spanned! {error.span()=>
        <#error as ::core::convert::From<::chassis::CallError>>::from
    };
    let span = match &method.answer {
        Answer::Streaming(stream) => stream.error.as_ref().unwrap_or(error).span(),
        _ => error.span(),
    };
    let decoded = quote_spanned! {span=>
        ::chassis::__private::Decoder::new(__info, #index).#decode(__received)
    };
    let dyn_contract = &contract.shape.ident;
    let (crossing, carry) = match &method.answer {
        Answer::Streaming(_) => {
            let timeout = super::info::item_timeout(method);
            let stream = quote_spanned!(span=> __crossing.stream);
            (
                quote!(#stream(#index, #timeout, #local).await),
                quote!(stream),
            )
        }
        _ => (quote!(__crossing.call(#index, #local).await), quote!(call)),
    };
    quote! {
        match self.0.bound() {
            ::core::result::Result::Ok(::chassis::contract::Bound::Local {
                service: __service,
                crossing: __crossing,
            }) => #crossing,
            ::core::result::Result::Ok(::chassis::contract::Bound::Remote(__transport)) => {
                let __info = <dyn #dyn_contract as ::chassis::contract::Contract>::info();
                let __call = #encode;
                let __received = match __call {
                    ::core::result::Result::Ok(__call) => __transport.#carry(__call).await,
                    ::core::result::Result::Err(__error) => ::core::result::Result::Err(__error),
                };
                #decoded
            }
            ::core::result::Result::Err(__error) => ::core::result::Result::Err(#failed(__error)),
        }
    }
}

/// An expression of type `Result<Outgoing, CallError>`.
fn encode(contract: &Contract, index: usize, method: &Method) -> TokenStream {
    let target = target(contract, method);
    let others = method.params.iter().filter_map(write);
    let stream = matches!(method.answer, Answer::Streaming(_)).then(|| quote!(__encoder.stream();));
    quote! {
        (|| {
            let mut __encoder = ::chassis::__private::Encoder::new(__info, #index);
            #(#target)*
            #(#others)*
            #stream
            ::core::result::Result::<_, ::chassis::CallError>::Ok(__encoder.finish())
        })()
    }
}

/// The path: literal parts run together, placeholders between them.
fn target(contract: &Contract, method: &Method) -> Vec<TokenStream> {
    let mut steps = Vec::new();
    let mut literal = format!("/v{}", contract.version);
    for segment in &method.path.segments {
        literal.push('/');
        match segment {
            Segment::Text(text) => literal.push_str(text),
            Segment::Placeholder(name) => {
                steps.push(quote!(__encoder.literal(#literal);));
                literal.clear();
                let value = method
                    .params
                    .iter()
                    .find(|param| crate::words::wire_name(&param.ident) == *name);
                steps.extend(value.map(|Param { ident, ty, .. }| {
                    quote_spanned!(ty.span()=> __encoder.path(#name, &#ident)?;)
                }));
            }
        }
    }
    if !literal.is_empty() {
        steps.push(quote!(__encoder.literal(#literal);));
    }
    steps
}

/// Query, headers and body.
fn write(param: &Param) -> Option<TokenStream> {
    let Param { ident, ty, .. } = param;
    let span = ty.span();
    let value = if param.optional {
        quote!(__value)
    } else {
        quote!(&#ident)
    };
    let written = match &param.place {
        Place::Path(_) => return None,
        Place::Query(name) => quote_spanned!(span=> __encoder.query(#name, #value)?;),
        Place::Header(name) => quote_spanned!(span=> __encoder.header(#name, #value)?;),
        Place::Body => {
            let name = crate::words::wire_name(ident);
            quote_spanned!(span=> __encoder.body(#name, #value)?;)
        }
    };
    Some(if param.optional {
        quote!(if let ::core::option::Option::Some(__value) = &#ident { #written })
    } else {
        written
    })
}

fn decode(method: &Method) -> TokenStream {
    match &method.answer {
        Answer::Json => quote!(json),
        Answer::Empty => quote!(empty),
        Answer::Created(_) => quote!(created),
        Answer::Bytes => quote!(bytes),
        Answer::Streaming(_) => quote!(streaming),
    }
}
