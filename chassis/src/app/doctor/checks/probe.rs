//! Who reaches the listeners, and a running instance's own word on how it is.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::super::finding::Finding;
use super::super::patient::Patient;
use super::super::reach::get;

/// A listener on this machine that does not answer within this time does not answer a probe, whose
/// own patience is a second as a rule.
const PATIENCE: Duration = Duration::from_secs(1);

/// What listens where our probe would.
pub(super) struct Neighbour {
    /// `service.name` of its metrics.
    pub(super) name: Option<String>,
    live: bool,
    ready: bool,
}

/// The service that answers at our probe's address, if one does.
pub(super) async fn neighbour(patient: &Patient) -> Option<Neighbour> {
    let listen = patient.settings.probe.listen;
    let ip = match listen.ip() {
        ip if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    let address = SocketAddr::new(ip, listen.port());
    if listen.port() == 0 {
        return None;
    }
    let (live, text) = get(address, "/livez", PATIENCE).await?;
    if !["live\n", "not live\n"].contains(&text.as_str()) {
        return None;
    }
    let ready = get(address, "/readyz", PATIENCE).await;
    let page = get(address, "/metrics", PATIENCE).await;
    Some(Neighbour {
        name: page.and_then(|(_, page)| service_name(&page).map(str::to_owned)),
        live: live == 200,
        ready: ready.is_some_and(|(status, _)| status == 200),
    })
}

/// Of `target_info{…,service_name="orders",…}`.
fn service_name(page: &str) -> Option<&str> {
    let line = page.lines().find(|line| line.starts_with("target_info{"))?;
    let (_, rest) = line.split_once("service_name=\"")?;
    Some(rest.split_once('"')?.0)
}

pub(super) async fn look(patient: &Patient) -> Vec<Finding> {
    let mut found = Vec::new();
    match neighbour(patient).await {
        Some(own) if own.name.as_deref() == Some(&patient.name) => {
            found.push(running(patient, &own));
        }
        _ => found.push(Finding::ok(
            "probe.none",
            format!(
                "no instance runs here; probes will ask {}",
                patient.settings.probe.listen
            ),
        )),
    }
    found.extend(reachable(patient));
    found
}

fn running(patient: &Patient, own: &Neighbour) -> Finding {
    let name = &patient.name;
    match (own.live, own.ready) {
        (true, true) => Finding::ok("probe.ready", format!("{name} runs here, live and ready")),
        (true, false) => Finding::warning(
            "probe.not-ready",
            format!("{name} runs here and is not ready"),
        )
        .why("balancers send it nothing")
        .mend(format!(
            "curl http://{}/admin/health says which check is down",
            patient.settings.admin.listen
        )),
        (false, _) => Finding::warning(
            "probe.not-live",
            format!("{name} runs here and is not live"),
        )
        .why("its runtime stands still: some code blocks it, and Kubernetes will restart it")
        .mend("look for blocking calls; tokio::task::spawn_blocking is their place"),
    }
}

/// Where prod's rules hold, somebody beyond this machine has to reach the first two, and nobody the
/// third.
fn reachable(patient: &Patient) -> Vec<Finding> {
    let (settings, mut found) = (&patient.settings, Vec::new());
    if !patient.is_prod() {
        return found;
    }
    let all = |address: SocketAddr| format!("0.0.0.0:{}", address.port());
    let probe = settings.probe.listen;
    if probe.ip().is_loopback() {
        found.push(
            Finding::warning(
                "probe.loopback",
                format!("probe.listen: {probe} is only reached from this machine"),
            )
            .why("kubelet and Prometheus ask from outside: the pod would never be ready")
            .mend(format!("CHASSIS_PROBE__LISTEN={}", all(probe))),
        );
    }
    let service = settings.http.listen;
    if service.ip().is_loopback() {
        found.push(
            Finding::warning(
                "probe.service-loopback",
                format!("http.listen: {service} is only reached from this machine"),
            )
            .why("no caller on another machine reaches the service")
            .mend(format!("CHASSIS_HTTP__LISTEN={}", all(service))),
        );
    }
    let admin = settings.admin.listen;
    if !admin.ip().is_loopback() {
        found.push(
            Finding::warning(
                "probe.admin-open",
                format!("admin.listen: {admin} is reached from other machines"),
            )
            .why("the admin pages tell strangers what the service is made of")
            .mend(format!(
                "CHASSIS_ADMIN__LISTEN=127.0.0.1:{}; kubectl port-forward reaches it",
                admin.port()
            )),
        );
    }
    found
}
