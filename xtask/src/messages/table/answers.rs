//! Requests that are refused, or that fail.

/// Whom to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::messages) enum To {
    Service,
    Admin,
    /// A service with room for one call, which is taken.
    Crowded,
    /// The admin listener of a service whose state folder cannot be written.
    Locked,
}

/// How the request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::messages) enum Send {
    Whole,
    /// The body ends before its length.
    Half,
    /// The body stops coming.
    Stalled,
    /// In pieces, without a length.
    Pieces,
}

/// One request.
#[derive(Debug)]
pub(in crate::messages) struct Ask {
    pub(in crate::messages) title: &'static str,
    pub(in crate::messages) to: To,
    pub(in crate::messages) method: &'static str,
    pub(in crate::messages) target: &'static str,
    pub(in crate::messages) headers: &'static [(&'static str, &'static str)],
    pub(in crate::messages) body: &'static str,
    pub(in crate::messages) send: Send,
    pub(in crate::messages) status: u16,
    /// Shows the log's lines up to one that holds this.
    pub(in crate::messages) log: Option<&'static str>,
    pub(in crate::messages) remark: &'static str,
    pub(in crate::messages) advice: &'static str,
}

impl Ask {
    /// `…` in target or body stands for much.
    pub(in crate::messages) fn target(&self) -> String {
        self.target.replace('…', &"x".repeat(9_000))
    }

    pub(in crate::messages) fn body(&self) -> String {
        self.body.replace('…', &"x".repeat(2_000))
    }
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const TENANT: &[(&str, &str)] = &[("x-tenant", "blue")];
const ORDER: &str = r#"{"sku":"kettle","quantity":2,"speed":"normal"}"#;

/// A GET that is answered `status`.
const fn get(title: &'static str, target: &'static str, status: u16) -> Ask {
    Ask {
        title,
        to: To::Service,
        method: "GET",
        target,
        headers: &[],
        body: "",
        send: Send::Whole,
        status,
        log: None,
        remark: "",
        advice: "",
    }
}

/// An order that is refused.
const fn order(title: &'static str, body: &'static str, status: u16) -> Ask {
    Ask {
        method: "POST",
        headers: JSON,
        body,
        ..get(title, "/v1/orders", status)
    }
}

const SESAME: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("authorization", "Bearer open-sesame"),
];

/// An order to a policy, which is refused.
const fn forced(title: &'static str, body: &'static str) -> Ask {
    Ask {
        to: To::Admin,
        method: "POST",
        headers: SESAME,
        body,
        ..get(title, "/admin/policy", 422)
    }
}

/// Both with the key of one cart.
const CART: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("idempotency-key", "\"cart-17\""),
];
const BARE: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("idempotency-key", "cart-17"),
];

pub(in crate::messages) const ASKED: &[Ask] = &[
    Ask {
        headers: CART,
        advice: "It was placed, and whoever sends it again with the same key gets the same answer.",
        ..order("An order with an idempotency key", ORDER, 201)
    },
    Ask {
        headers: CART,
        advice: "The client took too little to make its key of: a key is one call's, and its repetitions'.",
        ..order(
            "Another order with the same key",
            r#"{"sku":"cup","quantity":1,"speed":"normal"}"#,
            422,
        )
    },
    Ask {
        headers: BARE,
        advice: "Quotes belong to it: `Idempotency-Key: \"cart-17\"`.",
        ..order("An idempotency key that is none", ORDER, 400)
    },
    get("A path that nobody serves", "/v1/order/7", 404),
    Ask {
        method: "DELETE",
        ..get("A method that the path doesn't take", "/v1/orders/7", 405)
    },
    get("An error of the contract", "/v1/orders/8", 404),
    get(
        "A path parameter of the wrong type",
        "/v1/orders/seven",
        400,
    ),
    get("A percent sign that stands alone", "/v1/orders/7%", 400),
    Ask {
        headers: TENANT,
        ..get("A query parameter that is missing", "/v1/orders", 400)
    },
    Ask {
        headers: TENANT,
        ..get("A query parameter twice", "/v1/orders?limit=5&limit=6", 400)
    },
    Ask {
        headers: TENANT,
        ..get("A number that is too large", "/v1/orders?limit=500", 400)
    },
    Ask {
        headers: TENANT,
        ..get(
            "A word that isn't one of a few",
            "/v1/orders?limit=5&speed=warp",
            400,
        )
    },
    get("A header that is missing", "/v1/orders?limit=5", 400),
    Ask {
        headers: &[("x-tenant", "blau\u{fc}")],
        ..get("A header that isn't ASCII", "/v1/orders?limit=5", 400)
    },
    Ask {
        headers: &[],
        ..order("A body without its type", ORDER, 415)
    },
    Ask {
        headers: &[("content-type", "application/x-www-form-urlencoded")],
        ..order("A body of another type", "sku=kettle", 415)
    },
    order("No body", "", 400),
    order(
        "JSON that isn't JSON",
        r#"{"sku":"kettle","quantity":2,}"#,
        400,
    ),
    order(
        "A field that is missing",
        r#"{"sku":"kettle","speed":"normal"}"#,
        400,
    ),
    order(
        "A field of the wrong type",
        r#"{"sku":"kettle","quantity":"two","speed":"normal"}"#,
        400,
    ),
    order(
        "A value that isn't one of a few",
        r#"{"sku":"kettle","quantity":2,"speed":"warp"}"#,
        400,
    ),
    order(
        "Values that the contract's rules refuse",
        r#"{"sku":"","quantity":500,"speed":"normal"}"#,
        422,
    ),
    Ask {
        remark: "2,000 bytes",
        ..order("A body that is too large", r#"{"sku":"…"}"#, 413)
    },
    Ask {
        send: Send::Pieces,
        remark: "in pieces, without a length",
        ..order("A body that turns out too large", r#"{"sku":"…"}"#, 413)
    },
    Ask {
        send: Send::Half,
        remark: "and hangs up",
        ..order("A body that ends too early", ORDER, 400)
    },
    Ask {
        method: "PUT",
        headers: JSON,
        body: "\"",
        send: Send::Stalled,
        remark: "and stays silent",
        ..get("A body that doesn't come", "/v1/orders/7/picture", 408)
    },
    Ask {
        remark: "9,000 bytes",
        ..get("A target that is too long", "/v1/orders/…", 414)
    },
    Ask {
        log: Some("/v1/slow"),
        advice: "The limit is the method's `timeout`, else `http.timeout`, or what the caller sent, whichever ends first.",
        ..get("A call that takes too long", "/v1/slow", 504)
    },
    Ask {
        headers: &[("x-envoy-expected-rq-timeout-ms", "0")],
        ..get("A call whose caller has no time left", "/v1/orders/7", 504)
    },
    Ask {
        to: To::Crowded,
        remark: "while as many calls are at work as may",
        ..get("More calls than the service takes", "/v1/orders/7", 503)
    },
    Ask {
        log: Some("path=/v1/failures/panic"),
        ..get("A handler that panics", "/v1/failures/panic", 500)
    },
    Ask {
        log: Some("path=/v1/failures/ledger"),
        ..get("An error of the service's own", "/v1/failures/ledger", 500)
    },
    Ask {
        log: Some("path=/v1/failures/call"),
        ..get("Another service that is away", "/v1/failures/call", 503)
    },
    Ask {
        log: Some("path=/v1/failures/odd"),
        ..get("An answer that JSON cannot write", "/v1/failures/odd", 500)
    },
    Ask {
        to: To::Admin,
        headers: &[("host", "evil.test")],
        ..get("The admin page under a foreign name", "/admin/ports", 403)
    },
    Ask {
        to: To::Admin,
        headers: &[("origin", "https://evil.test")],
        ..get(
            "The admin page asked by a page of another origin",
            "/admin/ports",
            403,
        )
    },
    Ask {
        to: To::Admin,
        headers: &[("sec-fetch-site", "cross-site")],
        ..get(
            "The admin page asked by a page of another site",
            "/admin/ports",
            403,
        )
    },
    Ask {
        to: To::Admin,
        ..get("Values without the admin token", "/admin/config", 401)
    },
    forced(
        "An order to a policy that isn't one",
        "{\"port\":\"depot\"}",
    ),
    forced(
        "An order to a port that isn't there",
        "{\"port\":\"depott\",\"do\":\"open\"}",
    ),
    forced(
        "An order about no instance",
        "{\"port\":\"depot\",\"do\":\"eject\"}",
    ),
    forced(
        "An order about an instance that isn't there",
        "{\"port\":\"depot\",\"do\":\"eject\",\"instance\":\"10.0.0.7:8080\"}",
    ),
    Ask {
        to: To::Locked,
        headers: &[("authorization", "Bearer open-sesame")],
        ..get("The admin token is off", "/admin/config", 403)
    },
    Ask {
        to: To::Admin,
        method: "PUT",
        headers: &[("authorization", "Bearer open-sesame")],
        body: "inof",
        ..get("A log level that isn't one", "/admin/log-level", 422)
    },
    Ask {
        to: To::Admin,
        ..get("An admin page that doesn't exist", "/admin/prots", 404)
    },
];
