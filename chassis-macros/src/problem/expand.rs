//! From the [`Error`] to `impl Problem`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::model::{Error, Field, Kind, Problem, Variant};

/// The implementation.
pub(super) fn expand(error: &Error) -> TokenStream {
    let Error { ident, variants } = error;
    let to_problem = variants.iter().map(to_problem);
    let from_problem = variants.iter().filter_map(from_problem);
    let kinds = variants.iter().map(kind);
    let infos = variants.iter().filter_map(info);
    quote! {
        #[automatically_derived]
        #[allow(deprecated, clippy::all, clippy::pedantic)]
        impl ::chassis::Problem for #ident {
            fn to_problem(&self, contract: &str) -> ::chassis::ProblemDetails {
                match self {
                    #(#to_problem)*
                }
            }

            fn from_problem(
                problem: ::std::boxed::Box<::chassis::ProblemDetails>,
                contract: &str,
            ) -> ::core::result::Result<Self, ::std::boxed::Box<::chassis::ProblemDetails>> {
                #(#from_problem)*
                ::core::result::Result::Err(problem)
            }

            fn kind(&self) -> &'static str {
                match self {
                    #(#kinds)*
                }
            }

            fn variants() -> &'static [::chassis::problem::ProblemInfo] {
                &[#(#infos),*]
            }
        }
    }
}

fn to_problem(variant: &Variant) -> TokenStream {
    let ident = &variant.ident;
    let problem = match &variant.kind {
        Kind::Call(ty) => {
            // Another type than `CallError` is reported where it stands.
            let call = quote_spanned!(ty.span()=> ::chassis::CallError::to_problem(__call));
            return quote!(Self::#ident(__call) => #call,);
        }
        Kind::Problem(problem) => problem,
    };
    let (status, title) = (problem.status, &problem.title);
    let type_uri = type_uri(variant, problem);
    let (names, values) = fields(problem);
    let members = problem.fields.iter().zip(&values).map(|(Field { name, ty, .. }, value)| {
        quote_spanned!(ty.span()=> ::chassis::__private::put(&mut __problem, #name, #value);)
    });
    let detail = problem.shows_detail.then(|| {
        quote! {
            let __detail = ::std::string::ToString::to_string(self);
            __problem.detail = ::core::option::Option::Some(__detail);
        }
    });
    quote! {
        Self::#ident { #(#names: #values,)* .. } => {
            let mut __problem = ::chassis::ProblemDetails::new(#type_uri, #status);
            __problem.title = ::std::borrow::Cow::Borrowed(#title);
            #detail
            #(#members)*
            __problem
        }
    }
}

/// Rebuilds the variant when the type is its own and all fields are there.
fn from_problem(variant: &Variant) -> Option<TokenStream> {
    let problem = match &variant.kind {
        Kind::Problem(problem) if !problem.has_source => problem,
        _ => return None,
    };
    let ident = &variant.ident;
    let type_uri = type_uri(variant, problem);
    let (names, values) = fields(problem);
    let members = problem.fields.iter().map(|Field { name, ty, .. }| {
        quote_spanned!(ty.span()=> ::chassis::__private::take::<#ty>(&problem, #name))
    });
    let found = if problem.fields.is_empty() {
        quote!(return ::core::result::Result::Ok(Self::#ident {});)
    } else {
        quote! {
            if let (#(::core::option::Option::Some(#values),)*) = (#(#members,)*) {
                return ::core::result::Result::Ok(Self::#ident { #(#names: #values),* });
            }
        }
    };
    Some(quote! {
        if problem.type_uri == #type_uri {
            #found
        }
    })
}

fn kind(variant: &Variant) -> TokenStream {
    let Variant {
        ident, name, kind, ..
    } = variant;
    match kind {
        Kind::Call(ty) => {
            let call = quote_spanned!(ty.span()=> ::chassis::CallError::kind(__call));
            quote!(Self::#ident(__call) => #call,)
        }
        Kind::Problem(_) => quote!(Self::#ident { .. } => #name,),
    }
}

fn info(variant: &Variant) -> Option<TokenStream> {
    let Variant {
        name, doc, kind, ..
    } = variant;
    let Kind::Problem(problem) = kind else {
        return None;
    };
    let status = problem.status;
    let type_uri = match &problem.type_uri {
        Some(uri) => quote!(::core::option::Option::Some(#uri)),
        None => quote!(::core::option::Option::None),
    };
    Some(quote! {
        ::chassis::problem::ProblemInfo {
            name: #name,
            type_uri: #type_uri,
            status: #status,
            doc: #doc,
        }
    })
}

fn type_uri(variant: &Variant, problem: &Problem) -> TokenStream {
    let name = &variant.name;
    match &problem.type_uri {
        Some(uri) => quote!(#uri),
        None => quote!(::chassis::__private::type_uri(contract, #name)),
    }
}

/// The fields' names, and the variables that hold them: no field is called like a variable here.
fn fields(problem: &Problem) -> (Vec<&proc_macro2::Ident>, Vec<proc_macro2::Ident>) {
    let names: Vec<_> = problem.fields.iter().map(|field| &field.ident).collect();
    let values = problem
        .fields
        .iter()
        .map(|field| quote::format_ident!("__{}", field.ident));
    (names, values.collect())
}
