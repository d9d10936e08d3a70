//! The fake of a port or contract, for tests: a closure a method.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{Method, Trait};
use crate::words;

impl Trait {
    /// `StockStoreFake`.
    pub(crate) fn fake(&self, methods: &[&Method]) -> TokenStream {
        let (ident, visibility) = (&self.ident, &self.visibility);
        let fake = format_ident!("{ident}Fake");
        let names: Vec<Names> = methods.iter().map(|method| Names::of(method)).collect();
        let on: Vec<&Ident> = names.iter().map(|names| &names.on).collect();
        let calls: Vec<&Ident> = names.iter().map(|names| &names.calls).collect();
        let closures = methods.iter().map(|method| {
            let closure = method.closure();
            quote!(dyn #closure + ::core::marker::Send + ::core::marker::Sync)
        });
        let builders = methods
            .iter()
            .zip(&names)
            .map(|(method, names)| builder(visibility, method, names));
        let answers = methods
            .iter()
            .zip(&names)
            .map(|(method, names)| answer(&fake, method, names));
        let doc = format!(
            "A fake of [`{ident}`] for tests: say what each method answers with `on_…`. A \
                method of which nothing was said panics. Clones share their counts."
        );
        quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #[derive(::core::clone::Clone, ::core::default::Default)]
            #visibility struct #fake {
                #(#on: ::core::option::Option<::std::sync::Arc<#closures>>,)*
                #(#calls: ::std::sync::Arc<::core::sync::atomic::AtomicUsize>,)*
            }

            #[allow(dead_code, clippy::all, clippy::pedantic)]
            impl #fake {
                /// A fake of which nothing is said yet.
                #[must_use]
                #visibility fn new() -> Self {
                    ::core::default::Default::default()
                }

                #(#builders)*
            }

            #[automatically_derived]
            impl ::core::fmt::Debug for #fake {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct(::core::stringify!(#fake)).finish_non_exhaustive()
                }
            }

            #[automatically_derived]
            #[allow(deprecated, clippy::all, clippy::pedantic)]
            impl #ident for #fake {
                #(#answers)*
            }
        }
    }
}

/// What a method is called in the fake.
struct Names {
    on: Ident,
    calls: Ident,
}

impl Names {
    fn of(method: &Method) -> Self {
        let name = words::wire_name(&method.ident);
        Self {
            on: format_ident!("on_{name}"),
            calls: format_ident!("{name}_calls"),
        }
    }
}

fn builder(visibility: &syn::Visibility, method: &Method, names: &Names) -> TokenStream {
    let (Names { on, calls }, closure) = (names, method.closure());
    let name = words::wire_name(&method.ident);
    let says = format!("Says what `{name}` answers.");
    let counts = format!("How often `{name}` was called.");
    quote! {
        #[doc = #says]
        #[must_use]
        #visibility fn #on(
            mut self,
            answer: impl #closure + ::core::marker::Send + ::core::marker::Sync + 'static,
        ) -> Self {
            self.#on = ::core::option::Option::Some(::std::sync::Arc::new(answer));
            self
        }

        #[doc = #counts]
        #visibility fn #calls(&self) -> usize {
            self.#calls.load(::core::sync::atomic::Ordering::SeqCst)
        }
    }
}

fn answer(fake: &Ident, method: &Method, names: &Names) -> TokenStream {
    let Names { on, calls } = names;
    let (name, arguments) = (words::wire_name(&method.ident), method.names());
    let list: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    let message = format!(
        "{fake}: `{name}` was called, but nothing says what it answers; add `.{on}(|{}| …)`",
        list.join(", ")
    );
    method.definition(&quote! {
        self.#calls.fetch_add(1, ::core::sync::atomic::Ordering::SeqCst);
        match &self.#on {
            ::core::option::Option::Some(__answer) => __answer(#(#arguments),*),
            ::core::option::Option::None => ::core::panic!("{}", #message),
        }
    })
}
