//! What the macro makes of tokens.

use quote::quote;

use super::*;
use crate::golden;

#[test]
fn golden() {
    golden::check("port", |item| {
        let parsed = syn::parse2(item).unwrap();
        let port = parse::parse(&TokenStream::new(), &parsed);
        expand::expand(&port.ok().unwrap(), true)
    });
}

#[test]
fn a_mistake_leaves_the_users_trait() {
    let item = quote! {
        trait StockStore {
            #[idempotent]
            async fn load(&self, sku: &Sku) -> u8;
        }
    };
    let output = port(&TokenStream::new(), &item).to_string();
    assert!(output.contains("trait StockStore") && output.contains("compile_error"));
    assert!(!output.contains("idempotent"), "{output}");
}
