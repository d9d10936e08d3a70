//! What `#[service]` knows of a contract.

use proc_macro2::Span;
use syn::Type;

use super::path::Path;
use crate::shape::{self, Trait};

/// A contract.
pub(super) struct Contract {
    pub(super) shape: Trait,
    /// Kebab-case.
    pub(super) name: String,
    /// `1`.
    pub(super) version: String,
    pub(super) doc: String,
    pub(super) methods: Vec<Method>,
}

/// One of its methods.
pub(super) struct Method {
    pub(super) shape: shape::Method,
    pub(super) verb: Verb,
    pub(super) path: Path,
    pub(super) options: Options,
    pub(super) doc: String,
    pub(super) params: Vec<Param>,
    pub(super) answer: Answer,
}

/// The HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    pub(super) const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The attribute's name.
    pub(super) fn attribute(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }

    /// Whether its requests carry a body.
    pub(super) fn has_body(self) -> bool {
        !matches!(self, Self::Get | Self::Delete)
    }
}

/// What stands behind the path in `#[get("/…", …)]`.
#[derive(Default)]
pub(super) struct Options {
    pub(super) timeout_ms: Option<u64>,
    /// With its place, for the check that there is a body.
    pub(super) max_body: Option<(usize, Span)>,
    /// With its place, for the check that it says something.
    pub(super) idempotent: Option<Span>,
    /// With its place, for the check that there is an answer to keep.
    pub(super) cache: Option<(Cache, Span)>,
    pub(super) deprecated: bool,
    pub(super) since: Option<String>,
    pub(super) cancel_always: bool,
    /// With its place, for the check that there are items.
    pub(super) item_timeout: Option<(u64, Span)>,
}

/// `cache = "30s, public"`.
#[derive(Clone, Copy)]
pub(super) struct Cache {
    pub(super) fresh_ms: u64,
    pub(super) public: bool,
}

/// One parameter.
pub(super) struct Param {
    pub(super) ident: proc_macro2::Ident,
    /// Without its `Option`.
    pub(super) ty: Type,
    pub(super) optional: bool,
    pub(super) place: Place,
}

/// Where a parameter travels, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Index of the placeholder.
    Path(usize),
    Query(String),
    Header(String),
    Body,
}

/// What success looks like.
pub(super) enum Answer {
    /// 200 with JSON.
    Json,
    /// 204.
    Empty,
    /// 201 with the inner type as JSON.
    Created(Box<Type>),
    /// 200 with bytes as they are.
    Bytes,
    /// 200 with items as they come.
    Streaming(Box<Stream>),
}

/// `Streaming<T, E>`.
pub(super) struct Stream {
    pub(super) item: Type,
    /// How the stream may fail once it has begun; `None`: as a call does.
    pub(super) error: Option<Type>,
}
