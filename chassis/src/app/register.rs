//! Registering: each component under its own name, with its contracts as metadata.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use super::compose::Composite;
use super::live::Live;
use crate::discovery::{Address, Instance, Registration, Registry};
use crate::{Error, Result};

/// Registers every component of a service that listens.
///
/// # Errors
///
/// When the registry refuses one, or its address is none.
pub(super) async fn all(
    live: &Live,
    composite: &Composite,
    registry: &Arc<dyn Registry>,
) -> Result<Vec<Registration>> {
    let Some(serving) = &live.serving else {
        return Ok(Vec::new());
    };
    let mut registrations = Vec::new();
    let settings = &live.settings.registry;
    let address = match settings.address() {
        Some(written) => {
            written.map_err(|error| Error::configuration(format!("registry.advertise: {error}")))?
        }
        None => Address::from(reachable(serving.local_addr())),
    };
    let id = format!("{address}-{}", std::process::id());
    for component in &composite.components {
        let mut instance =
            Instance::new(&component.name, &id, address.clone()).with_weight(settings.weight);
        instance.zone = settings.zone.clone();
        for (owner, contract) in composite.composed.contracts() {
            if owner == component.name {
                instance = instance.with_contract(contract.name, contract.version);
            }
        }
        registrations.push(registry.register(instance).await?);
    }
    Ok(registrations)
}

/// The address under which others reach a listener: where it listens on all addresses, the one
/// that this machine would use to reach others, else loopback.
fn reachable(address: SocketAddr) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    SocketAddr::new(
        outward().unwrap_or(Ipv4Addr::LOCALHOST.into()),
        address.port(),
    )
}

/// Asks the routing table; nothing is sent.
fn outward() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // An address for documentation (RFC 5737): any that lies outside will do.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
