//! HTTP: the edge that serves contracts, and the client that calls them.

pub mod client;
