//! Elided lifetimes get a name, so that a boxed future can say what it borrows.

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};

/// The lifetime of `self` in the hidden twin.
pub(crate) const NAME: &str = "__a";

/// `tokens` (a type) with `&T` as `&'__a T` and `'_` as `'__a`.
pub(crate) fn name_elided(tokens: TokenStream) -> TokenStream {
    let mut out = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                let span = punct.span();
                out.push(TokenTree::Punct(punct));
                if !tokens.peek().is_some_and(is_quote) {
                    out.extend(lifetime(span));
                }
            }
            TokenTree::Ident(ident) if ident == "_" && out.last().is_some_and(is_quote) => {
                out.push(TokenTree::Ident(Ident::new(NAME, ident.span())));
            }
            // The elided lifetimes of a function's arguments are that function's own.
            TokenTree::Group(group) if !is_call(&group, out.last()) => {
                out.push(TokenTree::Group(inside(&group)));
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

fn inside(group: &Group) -> Group {
    let mut named = Group::new(group.delimiter(), name_elided(group.stream()));
    named.set_span(group.span());
    named
}

fn is_quote(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '\'')
}

fn is_call(group: &Group, before: Option<&TokenTree>) -> bool {
    group.delimiter() == Delimiter::Parenthesis
        && matches!(before, Some(TokenTree::Ident(ident))
            if ["Fn", "FnMut", "FnOnce", "fn"].iter().any(|name| ident == name))
}

fn lifetime(span: Span) -> [TokenTree; 2] {
    let mut quote = Punct::new('\'', Spacing::Joint);
    quote.set_span(span);
    [
        TokenTree::Punct(quote),
        TokenTree::Ident(Ident::new(NAME, span)),
    ]
}

/// Whether `tokens` (a type) borrow: hold `&` or a lifetime other than `'static`.
pub(crate) fn borrows(tokens: TokenStream) -> bool {
    let mut after_quote = false;
    tokens.into_iter().any(|token| {
        let quoted = std::mem::take(&mut after_quote);
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                after_quote = true;
                false
            }
            TokenTree::Punct(punct) => punct.as_char() == '&',
            TokenTree::Ident(ident) => quoted && ident != "static",
            TokenTree::Group(group) => borrows(group.stream()),
            TokenTree::Literal(_) => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn elided_lifetimes_are_named() {
        for (elided, named) in [
            (quote!(&Sku), quote!(&'__a Sku)),
            (
                quote!(&mut [Cow<'_, str>]),
                quote!(&'__a mut [Cow<'__a, str>]),
            ),
            (quote!((&'b str, u8)), quote!((&'b str, u8))),
            (
                quote!(&dyn Fn(&str) -> bool),
                quote!(&'__a dyn Fn(&str) -> bool),
            ),
        ] {
            assert_eq!(name_elided(elided).to_string(), named.to_string());
        }
    }

    #[test]
    fn borrowing_types_are_known() {
        assert!(borrows(quote!(Option<&str>)));
        assert!(borrows(quote!(Cow<'a, str>)));
        assert!(!borrows(quote!(Cow<'static, str>)));
        assert!(!borrows(quote!(Vec<Sku>)));
    }
}
