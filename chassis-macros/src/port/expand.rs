//! From the [`Port`] to tokens: the trait and its twin (see `shape`), the wrapper that makes each
//! call a crossing, and the port as data.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::model::{Method, Port};
use crate::shape::{self, Argument};
use crate::words;

/// The expansion of a port without mistakes; `fakes` adds the fake for tests.
pub(super) fn expand(port: &Port, fakes: bool) -> TokenStream {
    let methods: Vec<&shape::Method> = port.methods.iter().map(|method| &method.shape).collect();
    let (shape, ident) = (&port.shape, &port.shape.ident);
    let declaration = shape.declaration("port", &methods);
    let twin = shape.twin(&methods, &TokenStream::new(), &TokenStream::new());
    let shared = shape.shared(&methods);
    let fake = fakes.then(|| shape.fake(&methods));
    let (info, wrapper) = (info(port), wrapper(port));
    quote! {
        #declaration
        #twin
        #shared
        #fake

        const _: () = {
            #wrapper

            #[automatically_derived]
            impl ::chassis::port::Port for dyn #ident {
                fn info() -> &'static ::chassis::port::PortInfo {
                    static INFO: ::chassis::port::PortInfo = #info;
                    &INFO
                }
            }

            #[automatically_derived]
            impl<__T: #ident> ::chassis::port::Adapts<__T> for dyn #ident {
                fn adapt(
                    adapter: __T,
                    crossing: ::chassis::port::Crossing,
                ) -> ::std::sync::Arc<Self> {
                    ::std::sync::Arc::new(__Crossed { adapter, crossing })
                }
            }
        };
    }
}

/// Generic over the adapter, so that a call through the port's trait object is boxed once.
fn wrapper(port: &Port) -> TokenStream {
    let ident = &port.shape.ident;
    let methods = port.methods.iter().enumerate();
    let methods = methods.map(|(index, method)| {
        let body = crossed(ident, index, method);
        method.shape.definition(&body)
    });
    quote! {
        struct __Crossed<__T> {
            adapter: __T,
            crossing: ::chassis::port::Crossing,
        }

        #[automatically_derived]
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        impl<__T: #ident> #ident for __Crossed<__T> {
            #(#methods)*
        }
    }
}

/// The body of a method of the wrapper: one crossing.
fn crossed(port: &Ident, index: usize, method: &Method) -> TokenStream {
    let (name, names) = (&method.shape.ident, method.shape.names());
    let call =
        |arguments: &[TokenStream]| quote!(<__T as #port>::#name(&self.adapter, #(#arguments),*));
    let once: Vec<TokenStream> = names.iter().map(|name| quote!(#name)).collect();
    let once = call(&once);
    let judge = judge(&method.shape.error);
    if let [.., last] = &*shape::type_arguments(&method.shape.ok, "Streaming") {
        let streamed = quote_spanned!(last.span()=> self.crossing.streamed);
        return quote!(#streamed(#index, #judge, #once).await);
    }
    // Where the error has no `From<CallError>`, rustc's message stands at the error's type.
    let span = method.shape.error.span();
    match method.idempotent {
        true => {
            let again: Vec<TokenStream> = method.shape.arguments.iter().map(again).collect();
            let again = call(&again);
            let repeated = quote_spanned!(span=> self.crossing.repeated);
            quote!(#repeated(#index, #judge, || #again).await)
        }
        false => {
            let judged = quote_spanned!(span=> self.crossing.judged);
            quote!(#judged(#index, #judge, #once).await)
        }
    }
}

/// What tells the policies what an error means: which of the traits it has decides.
///
/// It stands where the error does, so that messages of rustc are about that.
fn judge(error: &Type) -> TokenStream {
    quote_spanned! {error.span()=>
        |__error: &#error| {
            #[allow(unused_imports)]
            use ::chassis::__private::{ByFault as _, ByNothing as _, ByProblem as _};
            (&&::chassis::__private::Judged(__error)).meaning()
        }
    }
}

/// An argument for one attempt of several: a reference as it is, anything else once more.
fn again(argument: &Argument) -> TokenStream {
    let Argument { ident, ty, .. } = argument;
    match ty {
        Type::Reference(_) => quote!(#ident),
        _ => quote_spanned!(ty.span()=> ::chassis::__private::Again::again(&#ident)),
    }
}

fn info(port: &Port) -> TokenStream {
    let Port {
        name, doc, methods, ..
    } = port;
    let methods = methods.iter().map(method);
    quote! {
        ::chassis::port::PortInfo {
            name: #name,
            doc: #doc,
            methods: &[#(#methods),*],
        }
    }
}

fn method(method: &Method) -> TokenStream {
    let name = words::wire_name(&method.shape.ident);
    let Method {
        doc, idempotent, ..
    } = method;
    quote! {
        ::chassis::port::PortMethod {
            name: #name,
            doc: #doc,
            idempotent: #idempotent,
        }
    }
}
