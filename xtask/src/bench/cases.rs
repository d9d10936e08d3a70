//! What is counted, beside what, and the bounds that it is held to.

/// One row of the table.
pub(super) struct Case {
    pub(super) name: &'static str,
    /// The example of the side's package.
    pub(super) program: &'static str,
    pub(super) side: Side,
    /// The row that this one's instructions are divided by; a baseline has none.
    pub(super) beside: Option<&'static str>,
    pub(super) bounds: Bounds,
    /// Instructions and allocations that were measured before. A baseline that has moved far from
    /// them makes every ratio doubtful, so the difference is told.
    pub(super) known: Option<(f64, f64)>,
}

/// What is counted, and from which side.
#[derive(Clone, Copy)]
pub(super) enum Side {
    /// A server without chassis; we call it with these headers.
    Bare { headers: Headers },
    /// A service of the chassis with its shipped defaults, these keys apart.
    Service {
        path: &'static str,
        headers: Headers,
        keys: Keys,
    },
    /// A caller without chassis; we answer.
    BareCaller,
    /// A caller of the chassis with its shipped defaults, these keys apart; so many of us answer.
    Caller { keys: Keys, endpoints: usize },
    /// A program that does what this word says, as often as it is told, and calls nobody.
    Alone { word: &'static str },
}

impl Side {
    /// The package that holds the program. Baselines have one of their own: cargo unites the features
    /// of what it builds together, and bare axum would get what chassis asks of hyper.
    pub(super) fn package(self) -> &'static str {
        match self {
            Self::Bare { .. } | Self::BareCaller => "bench-bare",
            Self::Service { .. } | Self::Caller { .. } | Self::Alone { .. } => "bench-chassis",
        }
    }
}

/// Request headers beside `host`.
pub(super) type Headers = &'static [(&'static str, &'static str)];

/// Keys of the configuration with their values.
pub(super) type Keys = &'static [(&'static str, &'static str)];

/// The most that is allowed; what has no bound is only shown.
#[derive(Clone, Copy, Default)]
pub(super) struct Bounds {
    pub(super) ratio: Option<f64>,
    pub(super) allocations: Option<f64>,
    pub(super) instructions: Option<f64>,
}

/// What a browser sends beside `host`: nine headers in all.
const BROWSER: Headers = &[
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

/// No access log: the row beside it, where it is counted, shows its price.
const SILENT: Keys = &[("logs.access", "false")];

/// A rate limit beside the adaptive limit and the shedding, which are on as it is shipped.
const LIMITED: Keys = &[
    ("logs.access", "false"),
    ("http.rate_limit.all.limit", "1000000"),
];

const ANY: Bounds = Bounds {
    ratio: None,
    allocations: None,
    instructions: None,
};

/// What is off as it is shipped, on. Hedges are armed with every call and none is made: under
/// callgrind all is slow, and a call with a hedge is two.
const EVERY_POLICY: Keys = &[
    ("client.orders.hedge.enabled", "true"),
    ("client.orders.hedge.at_least", "5s"),
];
const EVERY_POLICY_H2: Keys = &[
    ("client.orders.hedge.enabled", "true"),
    ("client.orders.hedge.at_least", "5s"),
    ("client.orders.protocol", "h2"),
];

/// The table, baselines first.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "axum",
        program: "axum_orders",
        side: Side::Bare { headers: &[] },
        beside: None,
        bounds: ANY,
        known: Some((16_477.0, 20.0)),
    },
    Case {
        name: "axum.headers9",
        program: "axum_orders",
        side: Side::Bare { headers: BROWSER },
        beside: None,
        bounds: ANY,
        known: Some((24_800.0, 26.0)),
    },
    Case {
        name: "reqwest",
        program: "reqwest_call",
        side: Side::BareCaller,
        beside: None,
        bounds: ANY,
        known: Some((52_159.0, 44.0)),
    },
    Case {
        name: "http.contract",
        program: "contract",
        side: Side::Service {
            path: "/v1/orders/42",
            headers: &[],
            keys: SILENT,
        },
        beside: Some("axum"),
        bounds: Bounds {
            ratio: Some(0.80),
            allocations: Some(5.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "http.contract.limited",
        program: "contract",
        side: Side::Service {
            path: "/v1/orders/42",
            headers: &[],
            keys: LIMITED,
        },
        beside: Some("axum"),
        bounds: Bounds {
            ratio: Some(0.82),
            allocations: Some(6.0),
            instructions: None,
        },
        known: None,
    },
    Case {
        name: "http.contract.headers9",
        program: "contract",
        side: Side::Service {
            path: "/v1/orders/42",
            headers: BROWSER,
            keys: SILENT,
        },
        beside: Some("axum.headers9"),
        bounds: Bounds {
            ratio: Some(0.90),
            allocations: Some(11.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "http.contract.log",
        program: "contract",
        side: Side::Service {
            path: "/v1/orders/42",
            headers: &[],
            keys: &[],
        },
        beside: Some("axum"),
        bounds: Bounds {
            ratio: Some(0.88),
            allocations: Some(6.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "http.contract.sampled",
        program: "contract",
        side: Side::Service {
            path: "/v1/orders/42",
            headers: &[],
            keys: &[("logs.access", "false"), ("traces.ratio", "1.0")],
        },
        beside: Some("axum"),
        bounds: Bounds {
            ratio: Some(1.60),
            allocations: None,
            ..ANY
        },
        known: None,
    },
    Case {
        name: "http.merged",
        program: "merged",
        side: Side::Service {
            path: "/orders/42",
            headers: &[],
            keys: SILENT,
        },
        beside: Some("axum"),
        bounds: Bounds {
            ratio: Some(1.30),
            allocations: Some(28.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "client.call",
        program: "client_call",
        side: Side::Caller {
            keys: &[],
            endpoints: 1,
        },
        beside: Some("reqwest"),
        bounds: Bounds {
            ratio: Some(0.60),
            allocations: Some(15.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "client.stack",
        program: "client_call",
        side: Side::Caller {
            keys: EVERY_POLICY,
            endpoints: 3,
        },
        beside: Some("reqwest"),
        bounds: Bounds {
            ratio: Some(0.40),
            allocations: Some(8.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "client.stack.h2",
        program: "client_call",
        side: Side::Caller {
            keys: EVERY_POLICY_H2,
            endpoints: 3,
        },
        beside: Some("reqwest"),
        bounds: Bounds {
            ratio: Some(0.80),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "policy.breaker",
        program: "policies",
        side: Side::Alone { word: "breaker" },
        beside: None,
        bounds: Bounds {
            instructions: Some(60.0),
            allocations: Some(0.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "policy.full",
        program: "policies",
        side: Side::Alone { word: "full" },
        beside: None,
        bounds: Bounds {
            instructions: Some(1_500.0),
            allocations: Some(0.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "balance.3",
        program: "policies",
        side: Side::Alone { word: "balance.3" },
        beside: None,
        bounds: Bounds {
            allocations: Some(0.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "balance.10k",
        program: "policies",
        side: Side::Alone {
            word: "balance.10k",
        },
        beside: Some("balance.3"),
        bounds: Bounds {
            ratio: Some(1.2),
            allocations: Some(0.0),
            ..ANY
        },
        known: None,
    },
    Case {
        name: "policy.port",
        program: "policies",
        side: Side::Alone { word: "port" },
        beside: None,
        // What telemetry and the trait object cost is in it, too.
        bounds: ANY,
        known: None,
    },
];
