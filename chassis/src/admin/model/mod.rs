//! What the hexagon page shows, as data: `GET /admin/hexagon`.
//!
//! [`Hexagon`] is the whole page at one moment: one [`Component`] a composed service, each with its
//! inbound ports on one side ([`Inbound`]) and its outbound ports on the other ([`Outbound`]).
//! [`Chosen`] is the one port of which a reader wants to see all.
//! `GET /admin/events` sends what changes of it: [`Ticks`] and [`Changes`]. A part keeps its id as
//! long as the process lives: [`Figures::id`] for numbers, `id` for ports.
//!
//! Texts come from everywhere (names, routes, errors, configuration): they are plain text, and
//! whoever shows them says so to the browser.

mod chosen;
mod events;
mod figures;
mod inbound;
mod outbound;
mod policies;
mod requests;

use serde::Serialize;

use crate::health::CheckReport;

pub(crate) use chosen::{Chosen, ChosenPort};
pub(crate) use events::{Live, Numbers, PortChange, Ticks};
pub(crate) use figures::Figures;
pub(crate) use inbound::{Inbound, InboundKind, Route, RoutePolicy};
pub(crate) use outbound::{Address, Failed, LeadsTo, Method, Outbound, OutboundKind, PortState};
pub(crate) use policies::{Policies, PolicyEvent};
pub(crate) use requests::Request;

/// Everything that the page shows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Hexagon {
    /// The process: the service, or what it is composed as.
    pub(crate) service: String,
    /// `service.version`; `None` where the program did not say it.
    pub(crate) version: Option<String>,
    /// The profile that rules.
    pub(crate) profile: String,
    /// `service.instance.id`.
    pub(crate) instance: String,
    /// When this was made, in milliseconds since 1970.
    pub(crate) at_unix_ms: u64,
    /// When the process started, in milliseconds since 1970.
    pub(crate) started_unix_ms: u64,
    /// How it stands.
    pub(crate) state: State,
    /// `logs.level` that rules now.
    pub(crate) log_level: String,
    /// What may be done with the token.
    pub(crate) token: TokenHint,
    /// The composed services; one, unless several are composed.
    pub(crate) components: Vec<Component>,
    /// Every check of the process.
    pub(crate) health: Vec<CheckReport>,
    /// The last requests that took long, the newest first.
    pub(crate) slow: Vec<Request>,
    /// From how many milliseconds on a request counts as slow (`http.slow`).
    pub(crate) slow_from_ms: u64,
    /// The last requests that failed, the newest first.
    pub(crate) failed: Vec<Request>,
    /// What was searched for: only ports and routes whose texts hold it are there.
    pub(crate) find: Option<String>,
    /// The port that was asked for; `None` where none was.
    pub(crate) chosen: Option<Chosen>,
}

/// How the process stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct State {
    /// In one word.
    pub(crate) name: StateName,
    /// Why it is not ready: the required checks that are down.
    pub(crate) why: Vec<String>,
}

/// How the process stands, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum StateName {
    /// It starts: live, not ready.
    Starting,
    /// It takes calls.
    Ready,
    /// It has started, but something that it needs is away.
    NotReady,
    /// It stops: live, not ready.
    Stopping,
}

/// Whether there is a token, and where a person finds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct TokenHint {
    /// Whether there is one; without, what needs it is off.
    pub(crate) is_on: bool,
    /// The file that holds it; `None` where `admin.token` sets it.
    pub(crate) file: Option<String>,
}

/// One composed service: one hexagon.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Component {
    /// Its name.
    pub(crate) name: String,
    /// What it offers, on the left.
    pub(crate) inbound: Vec<Inbound>,
    /// How many there are; more than `inbound` holds where the list was cut.
    pub(crate) inbound_total: usize,
    /// What it needs, on the right.
    pub(crate) outbound: Vec<Outbound>,
    /// How many there are; more than `outbound` holds where the list was cut.
    pub(crate) outbound_total: usize,
}

/// One key of the configuration that made a port what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Setting {
    /// The whole key: `client.orders.url`.
    pub(crate) key: String,
    /// As it would be written, secrets masked; `None` where the request bore no token.
    pub(crate) value: Option<String>,
    /// `chassis.toml:3:7`, `variable CHASSIS_…`, `default`.
    pub(crate) source: String,
}
