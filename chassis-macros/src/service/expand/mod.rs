//! From the [`Contract`] to tokens: the trait and its twin (see `shape`), the server side, the
//! client and the contract as data.

mod client;
mod info;
mod server;

use proc_macro2::TokenStream;
use quote::quote;

use super::model::Contract;
use crate::shape;

/// The expansion of a contract without mistakes; `fakes` adds the fake for tests.
pub(super) fn expand(contract: &Contract, fakes: bool) -> TokenStream {
    let methods: Vec<&shape::Method> = contract
        .methods
        .iter()
        .map(|method| &method.shape)
        .collect();
    let (shape, ident) = (&contract.shape, &contract.shape.ident);
    let declaration = shape.declaration("contract", &methods);
    let call = server::call(contract);
    let twin = shape.twin(
        &methods,
        &server::signature(&quote!(;)),
        &server::signature(&call),
    );
    let shared = shape.shared(&methods);
    let fake = fakes.then(|| shape.fake(&methods));
    let info = info::info(contract);
    let client = client::client(contract);
    let twin_name = &shape.twin;
    quote! {
        #declaration
        #twin
        #shared
        #fake

        const _: () = {
            #client

            #[automatically_derived]
            impl ::chassis::contract::Contract for dyn #ident {
                fn info() -> &'static ::chassis::contract::ContractInfo {
                    static INFO: ::chassis::contract::ContractInfo = #info;
                    &INFO
                }

                fn call(
                    service: &::std::sync::Arc<Self>,
                    method: usize,
                    request: &::chassis::contract::Request<'_>,
                ) -> ::chassis::contract::Answer {
                    let service = ::std::sync::Arc::clone(service);
                    <Self as #twin_name>::__call(service, method, request)
                        .unwrap_or_else(::core::convert::From::from)
                }

                fn connect(link: ::chassis::contract::Link<Self>) -> ::std::sync::Arc<Self> {
                    ::std::sync::Arc::new(__Client(link))
                }
            }

            #[automatically_derived]
            impl<__T: #ident> ::chassis::contract::Serves<__T> for dyn #ident {
                fn serve(value: __T) -> ::std::sync::Arc<Self> {
                    ::std::sync::Arc::new(value)
                }
            }
        };
    }
}
