//! What the admin listener shows of a running service.
//!
//! `catalogue` holds what stays as it is for the life of the process, made when somebody looks for
//! the first time; `page` makes the page of it. Each side of the hexagon has its file.

mod catalogue;
mod inbound;
mod outbound;
mod page;
mod policies;
mod settings;

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::component::{Composed, ShownPort};
use super::compose::{Composite, Ground};
use super::live::Live;
use super::reload::Reload;
use crate::admin::model::{self, Hexagon, TokenHint};
use crate::admin::{self, Asked, Board, Desk, Order, Stream, Token, millis};
use crate::config::Config;
use crate::contract::{ContractInfo, openapi as openapi_document};
use crate::http::Edge;
use crate::telemetry::{Failure, Telemetry};
use page::{Page, Shown};

/// The router of the admin listener.
pub(super) fn admin_router(
    live: &Live,
    own: SocketAddr,
    (name, reload): (&str, &Arc<Reload>),
    composite: &Composite,
    edge: &Edge,
) -> (axum::Router, Arc<Stream>) {
    let settings = &live.settings.admin;
    let token = match &settings.token {
        Some(secret) => Some(Token::configured(secret.expose().clone())),
        None => made(&reload.current()),
    };
    let file = token.as_ref().and_then(Token::file);
    let page = Page {
        name: name.to_owned(),
        config: Shown::Running(Arc::clone(reload)),
        telemetry: live.telemetry.clone(),
        health: live.health.clone(),
        composed: Arc::clone(&composite.composed),
        components: catalogue::names(&composite.components),
        edge: edge.downgrade(),
        serving: Some(live.runtimes.serving.clone()),
        document: OnceLock::new(),
        token: TokenHint {
            is_on: token.is_some(),
            file: file.map(|file| file.display().to_string()),
        },
        catalogue: OnceLock::new(),
    };
    let env = live.telemetry.env();
    let stream = Stream::new(Arc::new(page), env.clone());
    let router = admin::router(Arc::clone(&stream), env, own.ip(), settings, token);
    (router, stream)
}

/// The drawing of a service that is only composed.
pub(super) fn drawing(name: &str, ground: &Ground, composite: &Composite, edge: &Edge) -> String {
    let page = Page {
        name: name.to_owned(),
        config: Shown::Composed(ground.config.clone()),
        telemetry: ground.telemetry.clone(),
        health: ground.health.clone(),
        composed: Arc::clone(&composite.composed),
        components: catalogue::names(&composite.components),
        edge: edge.downgrade(),
        serving: None,
        document: OnceLock::new(),
        token: TokenHint {
            is_on: false,
            file: None,
        },
        catalogue: OnceLock::new(),
    };
    admin::svg(&page.page(&Asked::all()))
}

/// The token in the state folder; without it, what needs it is off.
fn made(config: &Config) -> Option<Token> {
    match Token::in_folder(&config.state_dir()) {
        Ok(token) => Some(token),
        Err(error) => {
            tracing::warn!(%error, "what needs the admin token is off; admin.token can set it");
            None
        }
    }
}

impl Desk for Page {
    fn hexagon(&self, asked: &Asked) -> Hexagon {
        self.page(asked)
    }

    fn board(&self) -> &Board {
        &self.catalogue().board
    }

    fn live(&self) -> model::Live {
        self.now()
    }

    fn ports(&self) -> Value {
        json!({ "ports": shown_ports(&self.composed) })
    }

    fn config(&self) -> Value {
        let config = self.config.now();
        json!({ "profile": config.profile(), "values": config.effective() })
    }

    fn health(&self) -> Value {
        let ports = shown_ports(&self.composed).into_iter();
        let failing = ports.filter(|port| port["failures"] != json!([]));
        json!({
            "stage": format!("{:?}", self.health.stage()).to_lowercase(),
            "ready": self.health.is_ready(),
            "serving_still_for_ms": millis(self.health.still_for()),
            "checks": self.health.report(),
            "failing_ports": failing.collect::<Vec<_>>(),
        })
    }

    fn routes(&self) -> Value {
        let contracts = self.composed.contracts();
        let contracts = contracts
            .iter()
            .map(|(name, info)| shown_contract(name, info));
        let mut routers = Vec::new();
        for part in &self.catalogue().components {
            routers.extend(
                part.inbound
                    .iter()
                    .filter_map(|port| port.router(&part.name)),
            );
        }
        json!({ "contracts": contracts.collect::<Vec<_>>(), "routers": routers })
    }

    fn openapi(&self) -> Option<Bytes> {
        let make = || openapi(&self.name, &self.telemetry, &self.composed);
        self.document.get_or_init(make).clone()
    }

    fn service(&self) -> Option<(Edge, Handle)> {
        Some((self.edge.upgrade()?, self.serving.clone()?))
    }

    fn set_level(&self, level: &str) -> Result<String, String> {
        let set = self.telemetry.set_log_level(level);
        set.map(|()| self.telemetry.log_level())
            .map_err(|error| error.to_string())
    }

    fn obey(&self, order: &Order) -> Result<Value, String> {
        policies::obey(&self.composed, order)
    }
}

fn shown_ports(composed: &Composed) -> Vec<Value> {
    composed
        .ports()
        .iter()
        .map(|port| shown_port(port))
        .collect()
}

fn shown_port(port: &ShownPort) -> Value {
    let failures = port.calls.failures();
    json!({
        "component": port.component,
        "port": port.name(),
        "leads_to": port.leads_to(),
        "methods": port.methods(),
        "failures": failures.iter().map(shown_failure).collect::<Vec<_>>(),
        "policies": policies::shown(&port.guards),
    })
}

fn shown_failure(failure: &Failure) -> Value {
    json!({
        "at_unix_ms": outbound::unix_ms(failure.at),
        "method": failure.method,
        "error_type": failure.error_type,
        "trace_id": failure.trace_id.to_string(),
    })
}

fn shown_contract(component: &str, contract: &ContractInfo) -> Value {
    let methods = contract.methods.iter().map(|method| {
        json!({
            "name": method.name,
            "verb": method.verb.as_str(),
            "path": method.path,
            "deprecated": method.deprecated,
            "source": method.source,
        })
    });
    json!({
        "component": component,
        "contract": contract.name,
        "version": contract.version,
        "methods": methods.collect::<Vec<_>>(),
    })
}

/// The contracts as OpenAPI 3.1, made once; `None` where nothing is served by contract.
pub(super) fn openapi(name: &str, telemetry: &Telemetry, composed: &Composed) -> Option<Bytes> {
    let contracts = composed.contracts();
    let contracts: Vec<&ContractInfo> = contracts.iter().map(|(_, contract)| *contract).collect();
    let mut attributes = telemetry.resource().attributes();
    let version = attributes.find(|(key, _)| *key == "service.version");
    let version = version.map_or("0", |(_, version)| version);
    (!contracts.is_empty()).then(|| {
        openapi_document(&contracts, name, version)
            .to_string()
            .into()
    })
}

/// Serves the document at `/openapi.json`.
pub(super) fn document_router(document: Option<Bytes>) -> Option<axum::Router> {
    let document = document?;
    let answer = async move || ([(CONTENT_TYPE, "application/json")], document.clone());
    Some(axum::Router::new().route("/openapi.json", axum::routing::get(answer)))
}
