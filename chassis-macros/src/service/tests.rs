//! What the macro makes of tokens.

use quote::quote;
use syn::{File, Item};

use super::*;
use crate::golden;

fn expand_with_fakes(item: TokenStream) -> TokenStream {
    let parsed = syn::parse2(item).unwrap();
    let contract = parse::parse(quote!(version = "1"), &parsed);
    expand::expand(&contract.ok().unwrap(), true)
}

fn items(output: TokenStream) -> Vec<Item> {
    syn::parse2::<File>(output).unwrap().items
}

/// The items that are no `compile_error!`, and the number of those that are.
fn split(output: TokenStream) -> (Vec<Item>, usize) {
    let is_error = |item: &Item| matches!(item, Item::Macro(_));
    let (errors, others): (Vec<_>, Vec<_>) = items(output).into_iter().partition(is_error);
    (others, errors.len())
}

#[test]
fn golden() {
    golden::check("service", expand_with_fakes);
}

#[test]
fn nothing_depends_on_the_features_of_the_users_crate() {
    let trait_ = quote! {
        trait Inventory {
            #[get("/items")]
            async fn list(&self) -> Result<u8, CallError>;
        }
    };
    assert!(!expand_with_fakes(trait_).to_string().contains("cfg"));
}

#[test]
fn a_mistake_leaves_the_users_trait() {
    let output = service(
        quote!(version = "1"),
        &quote! {
            /// Documented.
            trait Inventory {
                #[get("items")]
                async fn list(&self, #[query] limit: u8) -> Result<u8, CallError>;
            }
        },
    );
    let (others, errors) = split(output);
    let [Item::Trait(left)] = others.as_slice() else {
        panic!("not one trait");
    };
    assert_eq!(errors, 1);
    let text = quote!(#left).to_string();
    assert!(text.contains("Documented") && text.contains("impl :: core :: future :: Future"));
    assert!(
        !text.contains("# [get") && !text.contains("# [query]"),
        "{text}"
    );
}

#[test]
fn every_mistake_is_reported_at_once() {
    let output = service(
        quote!(),
        &quote! {
            trait Inventory {
                #[get("items")]
                fn list(&self) -> Result<u8, CallError>;
                #[post("/items", timeout = "soon")]
                async fn add(&mut self, one: u8, two: u8) -> u8;
            }
        },
    );
    // No version, path, not async, duration, `&mut self`, no result.
    assert_eq!(split(output).1, 6);
}

#[test]
fn what_is_no_trait_comes_out_again() {
    let (others, errors) = split(service(
        quote!(version = "1"),
        &quote!(
            struct Inventory;
        ),
    ));
    assert!(matches!(others.as_slice(), [Item::Struct(_)]));
    assert_eq!(errors, 1);
}
