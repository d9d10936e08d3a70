//! [`Live`]: everything that is open, so that a stop can close it, however far the start came.

use std::sync::Arc;

use super::clients::Awaited;
use super::component::{Component, Composed};
use super::listeners::Listeners;
use super::phase::Phases;
use super::reload::{Reload, Watching};
use super::runtimes::Runtimes;
use super::settings::Settings;
use super::side::Side;
use super::tasks::Tasks;
use crate::admin::Stream;
use crate::discovery::{Registration, Registry};
use crate::health::{Health, Watch};
use crate::http;
use crate::telemetry::Telemetry;

/// What is open of a service.
pub(super) struct Live {
    pub(super) settings: Settings,
    pub(super) runtimes: Runtimes,
    pub(super) phases: Phases,
    pub(super) health: Health,
    pub(super) telemetry: Telemetry,
    pub(super) tasks: Tasks,
    pub(super) listeners: Listeners,
    pub(super) components: Vec<Arc<Component>>,
    /// What they share, for who looks at it.
    pub(super) composed: Option<Arc<Composed>>,
    /// The services elsewhere that clients lead to.
    pub(super) awaited: Vec<Awaited>,
    pub(super) edge: Option<http::Edge>,
    pub(super) serving: Option<http::Running>,
    /// Held as long as clients follow it: dropped, it keeps nothing up to date any more.
    pub(super) registry: Option<Arc<dyn Registry>>,
    pub(super) registrations: Vec<Registration>,
    pub(super) checks: Option<Watch>,
    pub(super) probe: Option<Side>,
    pub(super) admin: Option<Side>,
    /// Takes a changed configuration.
    pub(super) reload: Option<Arc<Reload>>,
    /// Who notices that it has changed.
    pub(super) watching: Watching,
    /// What the open pages of the admin listener read.
    pub(super) pages: Option<Arc<Stream>>,
}

impl Live {
    pub(super) fn new(
        settings: Settings,
        runtimes: Runtimes,
        phases: Phases,
        telemetry: Telemetry,
    ) -> Self {
        Self {
            health: Health::new(telemetry.env().clone()),
            settings,
            runtimes,
            phases,
            telemetry,
            tasks: Tasks::new(),
            listeners: Listeners::default(),
            components: Vec::new(),
            composed: None,
            awaited: Vec::new(),
            edge: None,
            serving: None,
            registry: None,
            registrations: Vec::new(),
            checks: None,
            probe: None,
            admin: None,
            reload: None,
            watching: Watching::default(),
            pages: None,
        }
    }
}
