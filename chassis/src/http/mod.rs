//! HTTP: the edge that a service listens on, and the client that calls other services.
//!
//! Start at [`Routes`]: contracts, merged axum routers and layers become an [`Edge`], which a
//! [`Server`] serves. [`router`] puts a contract into an axum program that knows nothing of the
//! chassis. The other side is [`client`], and [`Client`] for services that have
//! no contract here; [`tls`] is for both. [`layer`] has what a program can adopt alone.

pub mod client;
pub mod layer;
mod server;
pub mod tls;

pub use client::{Client, RequestBuilder, Response};
/// A URL, as [`Response::url`] gives it.
pub use reqwest::Url;
pub use server::{
    Body, Component, Edge, OverloadSettings, RateLimitBy, RateLimitRule, Routes, Running, Server,
    Settings, StreamingSettings, router,
};
pub(crate) use server::{
    Keeper, OfferedRoute, OfferedRouter, RecentRequest, WeakEdge, is_taken, listen,
    overload_mistakes, try_bind,
};
