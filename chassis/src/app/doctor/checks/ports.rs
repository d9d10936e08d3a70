//! The three listeners: whether their addresses are free.

use std::io;
use std::net::SocketAddr;

use super::super::finding::Finding;
use super::super::patient::Patient;
use super::super::reach::plainly;
use super::probe::{Neighbour, neighbour};
use crate::http::try_bind;

pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let settings = &patient.settings;
    let listeners = [
        ("http.listen", settings.http.listen),
        ("probe.listen", settings.probe.listen),
        ("admin.listen", settings.admin.listen),
    ];
    let (mut free, mut found) = (Vec::new(), Vec::new());
    for (key, address) in listeners {
        match try_bind(address) {
            Ok(()) => free.push(address.to_string()),
            Err(error) => found.push(refused(patient, key, address, &error).await),
        }
    }
    if !free.is_empty() {
        let are = if free.len() == 1 { "is" } else { "are" };
        found.insert(
            0,
            Finding::ok("ports.free", format!("{} {are} free", free.join(", "))),
        );
    }
    found
}

async fn refused(patient: &Patient, key: &str, address: SocketAddr, error: &io::Error) -> Finding {
    let variable = format!("CHASSIS_{}", key.replace('.', "__").to_uppercase());
    let on = |port| SocketAddr::new(address.ip(), port);
    let port = address.port();
    let why = "the service does not start";
    match error.kind() {
        io::ErrorKind::AddrInUse => taken(patient, key, address).await,
        io::ErrorKind::AddrNotAvailable => {
            let what = format!("{key}: this machine has no address {}", address.ip());
            let mend = format!("{variable}=0.0.0.0:{port} listens on all that it has");
            Finding::missing("ports.no-address", what)
                .why(why)
                .mend(mend)
        }
        io::ErrorKind::PermissionDenied => {
            let what = format!("{key}: this user may not listen on port {port}");
            Finding::missing("ports.forbidden", what)
                .why("ports below 1024 need a privilege: the service does not start")
                .mend(format!("{variable}={}", on(8080)))
        }
        _ => {
            let what = format!("{key}: cannot listen on {address}: {}", plainly(error));
            Finding::missing("ports.refused", what)
                .why(why)
                .mend(format!("{variable}=HOST:PORT"))
        }
    }
}

async fn taken(patient: &Patient, key: &str, address: SocketAddr) -> Finding {
    let what = format!("{key}: {address} is taken");
    let by = match neighbour(patient).await {
        Some(Neighbour { name, .. }) if name.as_deref() == Some(&patient.name) => {
            return Finding::note(
                "ports.own",
                format!("{what} by {} itself, which runs", patient.name),
            )
            .why("a second instance on these ports would not start");
        }
        Some(Neighbour {
            name: Some(name), ..
        }) => format!("; the service {name} runs here"),
        _ => String::new(),
    };
    let is_default = patient
        .config
        .effective()
        .iter()
        .any(|row| row.key() == key && row.is_default());
    if key == "http.listen" && patient.config.is_dev() && is_default {
        return Finding::note("ports.moved", format!("{what}{by}"))
            .why("in profile dev the service takes a free one instead, and says so");
    }
    let port = address.port();
    let variable = format!("CHASSIS_{}", key.replace('.', "__").to_uppercase());
    Finding::missing("ports.taken", format!("{what}{by}"))
        .why("another program listens there: the service does not start")
        .mend(format!(
            "ss -ltnp 'sport = :{port}' names it; stop it, or {variable}={} takes a free port",
            SocketAddr::new(address.ip(), 0)
        ))
}
