//! The server side: parameters out of the request, one boxed future for the call and its answer.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use crate::service::model::{Answer, Contract, Method, Param, Place};
use crate::words;

/// `fn __call` with `body`: a block, or `;`.
pub(super) fn signature(body: &TokenStream) -> TokenStream {
    quote! {
        fn __call(
            self: ::std::sync::Arc<Self>,
            __method: usize,
            __request: &::chassis::contract::Request<'_>,
        ) -> ::core::result::Result<::chassis::contract::Answer, ::chassis::__private::Refusal>
        #body
    }
}

/// The body of `__call`.
pub(super) fn call(contract: &Contract) -> TokenStream {
    let arms = contract
        .methods
        .iter()
        .enumerate()
        .map(|(index, method)| arm(contract, index, method));
    quote! {
        {
            match __method {
                #(#arms)*
                _ => ::core::result::Result::Err(::chassis::__private::unknown_method()),
            }
        }
    }
}

fn arm(contract: &Contract, index: usize, method: &Method) -> TokenStream {
    let (owner, name, names) = (
        &contract.shape.ident,
        &method.shape.ident,
        method.shape.names(),
    );
    let read = method.params.iter().map(read);
    let encode = encoder(&method.answer);
    let contract = &contract.name;
    let format = format(&method.answer);
    let format_name = format.as_ref().map(|_| quote!(, __format));
    let answer = quote_spanned! {method.shape.error.span()=>
        ::chassis::__private::#encode(__result, #contract #format_name)
    };
    quote! {
        #index => {
            #format
            #(#read)*
            ::core::result::Result::Ok(::chassis::contract::Answer::Later(
                ::std::boxed::Box::pin(async move {
                    let __result = <__T as #owner>::#name(&*self, #(#names),*).await;
                    #answer
                }),
            ))
        }
    }
}

/// `let sku: Sku = …;`
fn read(param: &Param) -> TokenStream {
    let Param { ident, ty, .. } = param;
    let span = ty.span();
    let private = quote_spanned!(span=> ::chassis::__private);
    let value = match (&param.place, param.optional) {
        (Place::Path(index), _) => {
            let name = words::wire_name(ident);
            quote_spanned!(span=> #private::path::<#ty>(__request, #index, #name)?)
        }
        (Place::Query(name), false) => {
            quote_spanned!(span=> #private::query::<#ty>(__request, #name)?)
        }
        (Place::Query(name), true) => {
            quote_spanned!(span=> #private::query_optional::<#ty>(__request, #name)?)
        }
        (Place::Header(name), false) => {
            quote_spanned!(span=> #private::header::<#ty>(__request, #name)?)
        }
        (Place::Header(name), true) => {
            quote_spanned!(span=> #private::header_optional::<#ty>(__request, #name)?)
        }
        (Place::Body, _) => return body(param),
    };
    quote!(let #ident = #value;)
}

/// The body is validated where its type knows how: method resolution decides between two traits.
fn body(param: &Param) -> TokenStream {
    let Param { ident, ty, .. } = param;
    let read = quote_spanned!(ty.span()=> ::chassis::__private::body::<#ty>(__request)?);
    quote! {
        let #ident = #read;
        {
            #[allow(unused_imports)]
            use ::chassis::__private::{CheckAnything as _, CheckValidated as _};
            (&::chassis::__private::Check(&#ident)).check()?;
        }
    }
}

fn encoder(answer: &Answer) -> TokenStream {
    match answer {
        Answer::Json => quote!(answer_json),
        Answer::Empty => quote!(answer_empty),
        Answer::Created(_) => quote!(answer_created),
        Answer::Bytes => quote!(answer_bytes),
        Answer::Streaming(_) => quote!(answer_streaming),
    }
}

/// In which format the caller takes a stream.
fn format(answer: &Answer) -> Option<TokenStream> {
    matches!(answer, Answer::Streaming(_))
        .then(|| quote!(let __format = ::chassis::__private::accept(__request)?;))
}
