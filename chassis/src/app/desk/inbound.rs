//! The left side of a hexagon: contracts that are served, and merged routers.

use super::page::first_paragraph;
use super::settings::Settings;
use crate::admin::model::{Inbound, InboundKind, Route, RoutePolicy};
use crate::admin::{Asked, Board, millis};
use crate::contract::ContractInfo;
use crate::http::{Edge, OfferedRoute, OfferedRouter};
use crate::telemetry::Telemetry;

/// One inbound port, without what changes.
pub(super) struct Inward {
    pub(super) id: String,
    kind: InboundKind,
    name: String,
    contract: Option<&'static ContractInfo>,
    figures: usize,
    routes: Vec<Way>,
}

/// One route.
struct Way {
    method: String,
    path: String,
    offered: Option<OfferedRoute>,
    figures: usize,
}

/// The methods that a route for any method is counted by.
const ANY: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

impl Inward {
    /// What the component with this index and name offers at `edge`.
    pub(super) fn of(
        edge: &Edge,
        (index, name): (usize, &str),
        telemetry: &Telemetry,
        board: &mut Board,
    ) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        let mut open: Vec<OfferedRoute> = Vec::new();
        let own = edge
            .offered_routes()
            .filter(|route| route.component == index);
        for route in own {
            // The routes of a contract come one after the other.
            if open
                .first()
                .is_some_and(|first| !std::ptr::eq(first.contract, route.contract))
            {
                all.extend(Self::contract(name, std::mem::take(&mut open), board));
            }
            open.push(route);
        }
        all.extend(Self::contract(name, open, board));
        let merged = edge
            .offered_routers()
            .filter(|router| router.component == index);
        let merged = merged.filter(|router| !is_document(router));
        for (number, router) in merged.enumerate() {
            all.push(Self::merged((name, number + 1), router, telemetry, board));
        }
        all
    }

    fn contract(component: &str, routes: Vec<OfferedRoute>, board: &mut Board) -> Option<Self> {
        let contract = routes.first()?.contract;
        let from = board.next();
        let way = |offered: OfferedRoute| Way {
            method: offered.info.verb.to_string(),
            path: offered.info.path.to_owned(),
            figures: board.add(vec![offered.recorded.clone()]),
            offered: Some(offered),
        };
        let routes: Vec<Way> = routes.into_iter().map(way).collect();
        Some(Self {
            id: id(component, contract),
            kind: InboundKind::Contract,
            name: contract.name.to_owned(),
            contract: Some(contract),
            figures: board.sum(from..board.next()),
            routes,
        })
    }

    fn merged(
        (component, number): (&str, usize),
        router: OfferedRouter,
        telemetry: &Telemetry,
        board: &mut Board,
    ) -> Self {
        let from = board.next();
        let metrics = telemetry.metrics();
        let mut routes = Vec::new();
        for (methods, path) in router.routes {
            let (shown, counted): (_, Vec<&str>) = match &methods[..] {
                [] => (vec!["*".to_owned()], ANY.to_vec()),
                some => (some.to_vec(), Vec::new()),
            };
            for method in shown {
                let counted = match counted.is_empty() {
                    true => vec![metrics.served(&method, &path)],
                    false => counted
                        .iter()
                        .map(|any| metrics.served(any, &path))
                        .collect(),
                };
                routes.push(Way {
                    method,
                    path: path.clone(),
                    offered: None,
                    figures: board.add(counted),
                });
            }
        }
        Self {
            id: format!("{component}/in/router-{number}"),
            kind: InboundKind::Router,
            name: format!("router {number}"),
            contract: None,
            figures: board.sum(from..board.next()),
            routes,
        }
    }

    /// As `/admin/routes` lists it, where it is a router that `component` merged.
    pub(super) fn router(&self, component: &str) -> Option<serde_json::Value> {
        let route = |way: &Way| serde_json::json!({ "verb": way.method, "path": way.path });
        let routes: Vec<_> = self.routes.iter().map(route).collect();
        (self.kind == InboundKind::Router).then(
            || serde_json::json!({ "component": component, "router": self.name, "routes": routes }),
        )
    }

    /// Whether anything of it holds what was searched for.
    pub(super) fn holds(&self, asked: &Asked) -> bool {
        asked.finds(&self.name) || self.routes.iter().any(|route| route.holds(asked))
    }

    /// As the page shows it now.
    pub(super) fn shown(&self, asked: &Asked, settings: &Settings, board: &Board) -> Inbound {
        let contract = self.contract;
        let whole = asked.finds(&self.name);
        let found = self
            .routes
            .iter()
            .filter(|route| whole || route.holds(asked));
        let routes_total = found.clone().count();
        Inbound {
            id: self.id.clone(),
            kind: self.kind,
            name: self.name.clone(),
            version: contract.map(|contract| contract.version.to_owned()),
            doc: contract.map_or("", |contract| contract.doc).to_owned(),
            source: contract.map(|contract| contract.source.to_owned()),
            figures: board.figures(self.figures),
            routes: found
                .take(asked.most)
                .map(|route| route.shown(board))
                .collect(),
            routes_total,
            settings: settings.http(),
        }
    }
}

impl Way {
    fn holds(&self, asked: &Asked) -> bool {
        let name = self
            .offered
            .as_ref()
            .map_or("", |offered| offered.info.name);
        asked.finds(&self.path) || asked.finds(name)
    }

    fn shown(&self, board: &Board) -> Route {
        let offered = self.offered.as_ref();
        let info = offered.map(|offered| offered.info);
        Route {
            method: self.method.clone(),
            path: self.path.clone(),
            name: info.map_or("", |info| info.name).to_owned(),
            summary: first_paragraph(info.map_or("", |info| info.doc)),
            source: info.map(|info| info.source.to_owned()),
            policy: offered.map(policy),
            operation: offered.map(|offered| {
                let OfferedRoute { contract, info, .. } = offered;
                contract.operation_id(info)
            }),
            figures: board.figures(self.figures),
        }
    }
}

fn policy(offered: &OfferedRoute) -> RoutePolicy {
    let info = offered.info;
    RoutePolicy {
        timeout_ms: millis(offered.timeout),
        max_body_bytes: offered.max_body.map(|size| size as u64),
        idempotent: info.is_repeatable(),
        cancelled_with_caller: offered.cancel,
        deprecated: info.deprecated,
        since: info.since.map(str::to_owned),
    }
}

/// The id of the inbound port where `component` serves `contract`.
pub(super) fn id(component: &str, contract: &ContractInfo) -> String {
    format!("{component}/in/{}-v{}", contract.name, contract.version)
}

/// Whether it is the chassis' own, which serves the description of all others.
fn is_document(router: &OfferedRouter) -> bool {
    matches!(&router.routes[..], [(_, path)] if path == "/openapi.json")
}
