//! From the [`Port`] to tokens: the trait and its twin (see `shape`), the wrapper that makes each
//! call a crossing, and the port as data.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Method, Port};
use crate::shape;
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
    let methods = port.methods.iter().enumerate().map(|(index, method)| {
        let (name, names) = (&method.shape.ident, method.shape.names());
        // Where the error has no `From<CallError>`, rustc's message stands at the error's type.
        let span = method.shape.error.span();
        let (call, more) = match &*shape::type_arguments(&method.shape.ok, "Streaming") {
            [] => (
                quote_spanned!(span=> self.crossing.call),
                TokenStream::new(),
            ),
            [.., last] => (
                quote_spanned!(last.span()=> self.crossing.stream),
                quote!(::core::option::Option::None,),
            ),
        };
        method.shape.definition(&quote! {
            #call(#index, #more <__T as #ident>::#name(&self.adapter, #(#names),*)).await
        })
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
