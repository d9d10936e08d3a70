//! What the admin listener shows of a running service.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::component::{Composed, ShownPort};
use super::compose::Composite;
use super::live::Live;
use crate::admin::{Admin, Page, SetLevel, Token};
use crate::config::Config;
use crate::contract::{ContractInfo, openapi as openapi_document};
use crate::health::Health;
use crate::telemetry::{Failure, Telemetry};

/// The router of the admin listener.
pub(super) fn admin_router(
    live: &Live,
    own: SocketAddr,
    config: &Config,
    composite: &Composite,
) -> axum::Router {
    let settings = &live.settings.admin;
    let token = match &settings.token {
        Some(secret) => Some(Token::configured(secret.expose().clone())),
        None => made(config),
    };
    let composed = &composite.composed;
    let admin = Admin {
        ports: ports(Arc::clone(composed)),
        config: shown_config(config.clone()),
        health: shown_health(live.health.clone(), Arc::clone(composed)),
        routes: routes(composed),
        set_level: set_level(&live.telemetry),
    };
    admin.router(own.ip(), settings, token)
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

fn ports(composed: Arc<Composed>) -> Page {
    Box::new(move || json!({ "ports": shown_ports(&composed) }))
}

fn shown_ports(composed: &Composed) -> Vec<Value> {
    composed.ports().iter().map(shown_port).collect()
}

fn shown_port(port: &ShownPort) -> Value {
    let failures = port
        .observer
        .as_ref()
        .map(|observer| observer.failures())
        .unwrap_or_default();
    json!({
        "component": port.component,
        "port": port.name,
        "leads_to": port.leads_to,
        "methods": port.methods,
        "failures": failures.iter().map(shown_failure).collect::<Vec<_>>(),
    })
}

fn shown_failure(failure: &Failure) -> Value {
    let at = failure.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    json!({
        "at_unix_ms": u64::try_from(at.as_millis()).unwrap_or(u64::MAX),
        "method": failure.method,
        "error_type": failure.error_type,
        "trace_id": failure.trace_id.to_string(),
    })
}

fn shown_config(config: Config) -> Page {
    Box::new(move || {
        let rows = config.effective();
        let rows = rows.iter().map(|row| {
            json!({
                "key": row.key(),
                "value": row.value(),
                "source": row.origin().to_string(),
            })
        });
        json!({ "profile": config.profile(), "values": rows.collect::<Vec<_>>() })
    })
}

fn shown_health(health: Health, composed: Arc<Composed>) -> Page {
    Box::new(move || {
        let ports = shown_ports(&composed);
        let failing = ports
            .into_iter()
            .filter(|port| port["failures"] != json!([]));
        json!({
            "stage": format!("{:?}", health.stage()).to_lowercase(),
            "ready": health.is_ready(),
            "serving_still_for_ms": u64::try_from(health.still_for().as_millis()).unwrap_or(u64::MAX),
            "checks": health.report(),
            "failing_ports": failing.collect::<Vec<_>>(),
        })
    })
}

fn routes(composed: &Composed) -> Page {
    let shown = composed.contracts();
    let shown: Vec<Value> = shown
        .iter()
        .map(|(name, info)| shown_contract(name, info))
        .collect();
    Box::new(move || json!({ "contracts": shown }))
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

fn set_level(telemetry: &Telemetry) -> SetLevel {
    let telemetry = telemetry.clone();
    Box::new(move |level| {
        let set = telemetry.set_log_level(level);
        set.map(|()| telemetry.log_level())
            .map_err(|error| error.to_string())
    })
}

/// The contracts as OpenAPI 3.1, made once; `None` where nothing is served by contract.
pub(super) fn openapi(name: &str, telemetry: &Telemetry, composite: &Composite) -> Option<Bytes> {
    let contracts = composite.composed.contracts();
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
