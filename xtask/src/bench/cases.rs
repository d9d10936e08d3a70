//! What is counted, beside what, and the bounds that it is held to.

/// One row of the table.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The example in `xtask/bench/examples`.
    pub(super) program: &'static str,
    pub(super) side: Side,
    /// The row that this one's instructions are divided by; a baseline has none.
    pub(super) beside: Option<&'static str>,
    pub(super) bounds: Bounds,
    /// Instructions and allocations that were measured before. A baseline that has moved far from
    /// them makes every ratio doubtful, so the difference is told.
    pub(super) known: Option<(f64, f64)>,
}

/// Which end of the connection is counted.
#[derive(Clone, Copy)]
pub(super) enum Side {
    /// The program serves; we call it with these headers.
    Server(&'static [(&'static str, &'static str)]),
    /// The program calls; we answer.
    Client,
}

/// The most that is allowed; what has no bound is only shown.
#[derive(Clone, Copy, Default)]
pub(super) struct Bounds {
    pub(super) ratio: Option<f64>,
    pub(super) allocations: Option<f64>,
}

/// What a browser sends beside `host`: nine headers in all.
const BROWSER: &[(&str, &str)] = &[
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ),
    ("accept", "*/*"),
    ("accept-language", "en-US,en;q=0.9"),
    ("accept-encoding", "gzip, deflate, br"),
    ("sec-fetch-dest", "empty"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-site", "same-origin"),
    ("priority", "u=0"),
];

/// The table, baselines first.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "axum",
        program: "axum_orders",
        side: Side::Server(&[]),
        beside: None,
        bounds: Bounds {
            ratio: None,
            allocations: None,
        },
        known: Some((16_477.0, 20.0)),
    },
    Case {
        name: "axum.headers9",
        program: "axum_orders",
        side: Side::Server(BROWSER),
        beside: None,
        bounds: Bounds {
            ratio: None,
            allocations: None,
        },
        known: Some((24_800.0, 26.0)),
    },
    Case {
        name: "reqwest",
        program: "reqwest_call",
        side: Side::Client,
        beside: None,
        bounds: Bounds {
            ratio: None,
            allocations: None,
        },
        known: Some((52_159.0, 44.0)),
    },
];
