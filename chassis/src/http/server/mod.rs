//! The HTTP edge of a service: HTTP/1 and HTTP/2 on one port, one fused service.
//!
//! Start at [`Routes`], which is built into an [`Edge`]; [`Server`] listens and gives a [`Running`]
//! one, by which it is drained. A request goes through `service` (limits, context, route,
//! admission) and `serving` (body, call, deadline, answer).
//!
//! What makes it cheap is said where it is done: the request's header map becomes the answer's,
//! nothing of the request is held while a call runs, no timer and no channel a request, one box a
//! call. Nothing here is unsafe.
//!
//! HTTP/2 has hyper's own bounds against rapid resets (20 streams reset before they were accepted,
//! 1,024 reset by us) beside `max_streams`. There is no TLS here yet: put the service behind
//! something that ends it.

mod accept;
mod admission;
mod bind;
mod body;
mod collect;
mod connection;
mod counters;
mod edge;
mod exchange;
mod foreign;
mod inbound;
mod intake;
mod io;
mod layer;
mod layered;
mod listen;
mod merged;
mod offered;
mod overload;
mod problems;
mod recent;
mod repeat;
mod respond;
mod route;
mod routes;
mod running;
mod service;
mod serving;
mod settings;
mod streaming;
mod table;
mod tap;
mod text;
mod watch;
mod work;

pub use bind::Server;
pub use body::Body;
pub use edge::Edge;
pub use foreign::router;
pub use layer::{ServerTelemetry, ServerTelemetryFuture, ServerTelemetryLayer};
pub(crate) use listen::{is_taken, listen, try_bind};
pub(crate) use offered::{OfferedRoute, OfferedRouter, WeakEdge};
pub(crate) use overload::wrong as overload_mistakes;
pub use overload::{By as RateLimitBy, Overload as OverloadSettings, RateLimitRule};
pub(crate) use recent::RecentRequest;
pub(crate) use repeat::Keeper;
pub use routes::{Component, Routes};
pub use running::Running;
pub use settings::{Settings, Streaming as StreamingSettings};
