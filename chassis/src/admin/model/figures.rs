//! [`Figures`]: the numbers of one edge of the hexagon, or of one route of it.

use serde::Serialize;

/// Numbers of calls: of a port, or of one route or method of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Figures {
    /// By which [`Ticks`](super::Ticks) name it.
    pub(crate) id: usize,
    /// Calls since the start.
    pub(crate) calls: u64,
    /// How many of them failed.
    pub(crate) errors: u64,
    /// Calls at work; `None` where that is not counted.
    pub(crate) in_flight: Option<u64>,
    /// Calls a second, over [`window_ms`](Figures::window_ms); `None` without a window.
    pub(crate) rate: Option<f64>,
    /// Failed calls a second, likewise.
    pub(crate) error_rate: Option<f64>,
    /// Half of the calls took at most this many milliseconds: about, since durations are counted in
    /// buckets. `None`: no call in the window. 10,000 means that or longer.
    pub(crate) p50_ms: Option<f64>,
    /// 99 of 100 calls took at most this, likewise.
    pub(crate) p99_ms: Option<f64>,
    /// Over which time rates and percentiles are; `None`: percentiles since the start, since the
    /// last seconds are only known while a page is open.
    pub(crate) window_ms: Option<u64>,
}
