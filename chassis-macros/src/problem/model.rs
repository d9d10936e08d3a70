//! What `#[derive(Problem)]` knows of an error.

use proc_macro2::Ident;
use syn::Type;

/// An error enum.
pub(super) struct Error {
    pub(super) ident: Ident,
    pub(super) variants: Vec<Variant>,
}

/// One variant.
pub(super) struct Variant {
    pub(super) ident: Ident,
    /// Kebab-case.
    pub(super) name: String,
    pub(super) doc: String,
    pub(super) kind: Kind,
}

/// What a variant stands for.
pub(super) enum Kind {
    /// `#[problem(call)]`: the call itself failed. The type should be `CallError`.
    Call(Box<Type>),
    Problem(Box<Problem>),
}

/// A variant that is a problem of the contract.
pub(super) struct Problem {
    pub(super) status: u16,
    pub(super) type_uri: Option<String>,
    pub(super) title: String,
    /// Whether callers see the message.
    pub(super) shows_detail: bool,
    pub(super) fields: Vec<Field>,
    /// A cause stays in its process: such a variant is told to the caller, but cannot be rebuilt.
    pub(super) has_source: bool,
}

/// A field that crosses as an extension member.
pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) name: String,
    pub(super) ty: Type,
}
