//! What may be set: of the chassis itself for the book, of a program for `--settings`.

use super::doctor::DoctorSettings;
use super::ports::PortSettings;
use super::reload::ConfigSettings;
use super::settings::{ProbeSettings, SECTIONS, StartSettings, StopSettings};
use crate::admin::AdminSettings;
use crate::config::{Config, Reference, ServiceSettings};
use crate::{discovery, health, http, idempotency, telemetry};

/// What each of the chassis' own sections takes, in the order in which a service meets them: made
/// from the settings' own docs.
pub fn references() -> Vec<Reference> {
    let mut all = vec![
        Reference::of::<ServiceSettings>("service"),
        Reference::of::<http::Settings>("http"),
        Reference::of::<http::client::ClientSettings>("client"),
        Reference::of::<PortSettings>("port"),
        Reference::of::<discovery::Settings>("registry"),
    ];
    all.extend(store());
    all.push(Reference::of::<idempotency::Settings>("idempotency"));
    all.extend([
        Reference::of::<telemetry::TracesSettings>("traces"),
        Reference::of::<telemetry::MetricsSettings>("metrics"),
        Reference::of::<telemetry::LogsSettings>("logs"),
        Reference::of::<health::HealthSettings>("health"),
        Reference::of::<ConfigSettings>("config"),
        Reference::of::<ProbeSettings>("probe"),
        Reference::of::<AdminSettings>("admin"),
        Reference::of::<StartSettings>("start"),
        Reference::of::<StopSettings>("stop"),
        Reference::of::<DoctorSettings>("doctor"),
    ]);
    all.extend(super::chaos::reference());
    all
}

// Only a build with a store has its section.
#[cfg(feature = "sqlite")]
fn store() -> Option<Reference> {
    Some(Reference::of::<crate::store::StoreSettings>("store"))
}

#[cfg(not(feature = "sqlite"))]
fn store() -> Option<Reference> {
    None
}

/// A `chassis.toml` with every key that was asked for: the program's own sections first.
pub(super) fn toml(name: &str, config: &Config) -> String {
    let shared = |section: &str| SECTIONS.contains(&section);
    let asked = config.references(shared);
    let own = asked.iter().filter(|section| !shared(section.name()));
    let of_chassis = references();
    let ordered = of_chassis.iter().filter(|known| {
        let name = known.name();
        asked.iter().any(|section| section.name() == name)
    });
    let mut text = format!(
        "# What may be set of {name}. Every key stands here at its default: take away the `#` of a\n\
         # key to change it. Secrets are written \"file:PATH\".\n"
    );
    for section in own.chain(ordered) {
        text.push('\n');
        text += &section.to_toml();
    }
    text
}
