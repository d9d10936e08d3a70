//! HTTP: the edge that a service listens on, and the client that calls other services.
//!
//! Start at [`Routes`]: contracts, merged axum routers and layers become an [`Edge`], which a
//! [`Server`] serves. [`router`] puts a contract into an axum program that knows nothing of the
//! chassis. The other side is [`client`]. [`layer`] has what a program can adopt alone.

pub mod client;
pub mod layer;
mod server;

pub use server::{
    Body, Component, Edge, Routes, Running, Server, Settings, StreamingSettings, router,
};
pub(crate) use server::{
    OfferedRoute, OfferedRouter, RecentRequest, WeakEdge, is_taken, listen, try_bind,
};
