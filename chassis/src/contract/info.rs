//! A contract as data: what the server routes by, the client calls by and OpenAPI is made from.

use std::time::Duration;

use http::Method;
use schemars::SchemaGenerator;

use crate::problem::ProblemInfo;

/// How the schema of a type is made.
pub type Schema = fn(&mut SchemaGenerator) -> schemars::Schema;

/// One contract.
#[derive(Debug)]
pub struct ContractInfo {
    /// Kebab-case: `inventory`.
    pub name: &'static str,
    /// `1`: its routes lie under `/v1`.
    pub version: &'static str,
    /// The trait's doc comment.
    pub doc: &'static str,
    /// Where the trait stands: `file:line`.
    pub source: &'static str,
    /// Its methods, in the order of the trait.
    pub methods: &'static [MethodInfo],
}

/// One method of a contract.
#[derive(Debug)]
pub struct MethodInfo {
    /// As in the trait: `stock`.
    pub name: &'static str,
    /// The HTTP method.
    pub verb: Method,
    /// The whole path template, version included: `/v1/items/{sku}`.
    pub path: &'static str,
    /// The method's doc comment.
    pub doc: &'static str,
    /// Where the method stands: `file:line`.
    pub source: &'static str,
    /// Limit of the call; `None`: the server's default.
    pub timeout: Option<Duration>,
    /// Limit of the request's body in bytes; `None`: the server's default.
    pub max_body: Option<usize>,
    /// Marked `idempotent`: its calls carry an `Idempotency-Key`, and one key has one effect.
    pub idempotent: bool,
    /// How its answers may be kept; `None`: not at all.
    pub cache: Option<CacheInfo>,
    /// Marked `deprecated`.
    pub deprecated: bool,
    /// The contract version that brought it: `since = "1.2"`.
    pub since: Option<&'static str>,
    /// What happens when the caller hangs up.
    pub cancel: Cancel,
    /// Its parameters, in the order of the trait. At most one has [`ParamPlace::Body`].
    pub params: &'static [ParamInfo],
    /// The status of success: 200, 201 or 204.
    pub success: u16,
    /// The schema of the answer's body; `None`: no body, bytes, or a stream.
    pub answer: Option<Schema>,
    /// Whether the answer is bytes as they are.
    pub bytes: bool,
    /// What streams, where the answer is a [`Streaming`](super::Streaming).
    pub stream: Option<StreamInfo>,
    /// The typed errors that it answers.
    pub problems: fn() -> &'static [ProblemInfo],
}

impl ContractInfo {
    /// How OpenAPI calls one of its methods: `inventory.v1.stock`. With the version: a service may
    /// serve two versions of a contract.
    pub fn operation_id(&self, method: &MethodInfo) -> String {
        format!("{}.v{}.{}", self.name, self.version, method.name)
    }
}

impl MethodInfo {
    /// Whether the request has a body to be read before the call.
    pub fn has_body(&self) -> bool {
        self.params
            .iter()
            .any(|param| param.place == ParamPlace::Body)
    }

    /// Whether the same call twice has the effect of one, so that a call that failed may be sent
    /// again: GET, HEAD, PUT and DELETE by themselves, the others when marked `idempotent`.
    pub fn is_repeatable(&self) -> bool {
        self.idempotent || self.verb.is_idempotent()
    }

    /// How long the reader of its stream waits for each item; `None`: as long as it takes.
    pub fn item_timeout(&self) -> Option<Duration> {
        self.stream.as_ref()?.item_timeout
    }
}

/// How answers may be kept: `cache = "30s, public"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CacheInfo {
    /// How long an answer is fresh: `max-age`.
    pub fresh: Duration,
    /// Whether every caller gets the same answer; else each principal's own is kept apart.
    pub public: bool,
}

/// What a method streams.
#[derive(Debug)]
pub struct StreamInfo {
    /// The schema of an item.
    pub item: Schema,
    /// How long the reader waits for each item; `None`: as long as it takes.
    pub item_timeout: Option<Duration>,
    /// The typed errors that the stream may end with.
    pub problems: fn() -> &'static [ProblemInfo],
}

/// One parameter of a method.
#[derive(Debug)]
pub struct ParamInfo {
    /// Its name on the wire: path placeholder, query key or header name.
    pub name: &'static str,
    /// Where it travels.
    pub place: ParamPlace,
    /// `false` for `Option`.
    pub required: bool,
    /// The schema of its type.
    pub schema: Schema,
}

/// Where a parameter travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamPlace {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// As the JSON body.
    Body,
}

impl ParamPlace {
    /// In the words of OpenAPI: `path`, `query`, `header`, and `body`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Body => "body",
        }
    }
}

/// What happens to a call when its caller hangs up or its deadline passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancel {
    /// The call is dropped: GET and HEAD, and `cancel = "always"`.
    Always,
    /// The call runs to its end, detached; its deadline then only refuses new outbound calls.
    Never,
}
