//! The page at one moment.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::runtime::Handle;

use super::catalogue::{Catalogue, Part};
use super::outbound::unix_ms;
use super::settings::Settings;
use crate::admin::model::{
    Chosen, ChosenPort, Component, Hexagon, Live, Request, State, StateName, TokenHint,
};
use crate::admin::{Asked, millis, rounded};
use crate::app::component::Composed;
use crate::app::reload::Reload;
use crate::config::Config;
use crate::health::{CheckReport, CheckState, Health, Stage};
use crate::http::{RecentRequest, WeakEdge};
use crate::telemetry::Telemetry;

/// What the page is made of.
pub(super) struct Page {
    pub(super) name: String,
    pub(super) config: Shown,
    pub(super) telemetry: Telemetry,
    pub(super) health: Health,
    pub(super) composed: Arc<Composed>,
    pub(super) components: Vec<(String, Telemetry)>,
    pub(super) edge: WeakEdge,
    /// Where the service's calls run; `None` where it is only composed.
    pub(super) serving: Option<Handle>,
    /// The contracts as OpenAPI, made when somebody asks.
    pub(super) document: OnceLock<Option<Bytes>>,
    pub(super) token: TokenHint,
    pub(super) catalogue: OnceLock<Catalogue>,
}

/// The configuration that is shown.
pub(super) enum Shown {
    /// That of a service that is only composed.
    Composed(Config),
    /// The one that holds now.
    Running(Arc<Reload>),
}

impl Shown {
    pub(super) fn now(&self) -> Arc<Config> {
        match self {
            Self::Composed(config) => Arc::new(config.clone()),
            Self::Running(reload) => reload.current(),
        }
    }
}

impl Page {
    pub(super) fn catalogue(&self) -> &Catalogue {
        self.catalogue
            .get_or_init(|| Catalogue::new(&self.components, &self.composed, &self.edge))
    }

    /// Everything.
    pub(super) fn page(&self, asked: &Asked) -> Hexagon {
        let now = self.telemetry.env().wall();
        let config = self.config.now();
        let settings = Settings::new(&config, asked.values);
        let catalogue = self.catalogue();
        let component = |part: &Part| self.component(part, asked, &settings, now);
        let attribute = |name: &str| {
            let mut all = self.telemetry.resource().attributes();
            all.find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        let health = self.health.report();
        let (slow_from, slow, failed) = self.recent();
        Hexagon {
            service: self.name.clone(),
            version: attribute("service.version"),
            profile: config.profile().to_owned(),
            instance: attribute("service.instance.id").unwrap_or_default(),
            at_unix_ms: unix_ms(now),
            started_unix_ms: unix_ms(now.checked_sub(self.health.age()).unwrap_or(now)),
            state: self.state(&health),
            log_level: self.telemetry.log_level(),
            token: self.token.clone(),
            components: catalogue.components.iter().map(component).collect(),
            health,
            slow: slow.iter().map(request).collect(),
            slow_from_ms: millis(slow_from),
            failed: failed.iter().map(request).collect(),
            find: asked.find.clone(),
            chosen: asked
                .port
                .as_deref()
                .map(|id| self.chosen(id, &settings, now)),
        }
    }

    /// The port with this id, which may be one that the lists have no room for.
    fn chosen(&self, id: &str, settings: &Settings, now: SystemTime) -> Chosen {
        let Catalogue { components, board } = self.catalogue();
        let whole = Asked::all();
        let found = components.iter().find_map(|part| {
            let inbound = part.inbound.iter().find(|port| port.id == id);
            let outbound = part.outbound.iter().find(|port| port.id == id);
            let inbound = inbound
                .map(|port| ChosenPort::Inbound(Box::new(port.shown(&whole, settings, board))));
            let outbound = outbound
                .map(|port| ChosenPort::Outbound(Box::new(port.shown(settings, board, now))));
            Some((part.name.clone(), inbound.or(outbound)?))
        });
        let (component, port) = found.map_or_else(Default::default, |(component, port)| {
            (component, Some(port))
        });
        Chosen {
            id: id.to_owned(),
            component,
            port,
        }
    }

    /// What may change of it, numbers apart.
    pub(super) fn now(&self) -> Live {
        let now = self.telemetry.env().wall();
        let catalogue = self.catalogue();
        let outbound = |part: &Part| {
            let shown = part.outbound.iter().take(Asked::LIMIT);
            let changes = shown.map(|port| port.change(&catalogue.board, now));
            changes.collect::<Vec<_>>()
        };
        let mut health = self.health.report();
        health.iter_mut().for_each(|check| check.age_ms = None);
        let (_, slow, failed) = self.recent();
        Live {
            state: self.state(&health),
            log_level: self.telemetry.log_level(),
            health,
            ports: catalogue.components.iter().flat_map(outbound).collect(),
            slow: slow.iter().map(request).collect(),
            failed: failed.iter().map(request).collect(),
        }
    }

    /// From when on a request is slow; the last slow ones and those that failed.
    fn recent(&self) -> (Duration, Vec<RecentRequest>, Vec<RecentRequest>) {
        let edge = self.edge.upgrade();
        edge.map_or_else(Default::default, |edge| {
            let recent = edge.recent();
            (recent.slow_from(), recent.slow(), recent.failed())
        })
    }

    fn component(
        &self,
        part: &Part,
        asked: &Asked,
        settings: &Settings,
        now: SystemTime,
    ) -> Component {
        let board = &self.catalogue().board;
        let inbound = part.inbound.iter().filter(|port| port.holds(asked));
        let outbound = part.outbound.iter().filter(|port| port.holds(asked));
        let (inbound_total, outbound_total) = (inbound.clone().count(), outbound.clone().count());
        let inbound = inbound.take(asked.most);
        let outbound = outbound.take(asked.most);
        Component {
            name: part.name.clone(),
            inbound: inbound
                .map(|port| port.shown(asked, settings, board))
                .collect(),
            inbound_total,
            outbound: outbound
                .map(|port| port.shown(settings, board, now))
                .collect(),
            outbound_total,
        }
    }

    /// How the process stands, by the checks of `health`.
    pub(super) fn state(&self, health: &[CheckReport]) -> State {
        let down = |check: &&CheckReport| check.required && check.state != CheckState::Up;
        let why = health.iter().filter(down).map(|check| {
            let failure = check.failure.as_deref().unwrap_or("not asked yet");
            match check.component.is_empty() {
                true => format!("{}: {failure}", check.name),
                false => format!("{} {}: {failure}", check.component, check.name),
            }
        });
        let name = match self.health.stage() {
            Stage::Starting => StateName::Starting,
            Stage::Stopping => StateName::Stopping,
            Stage::Running if self.health.is_ready() => StateName::Ready,
            Stage::Running => StateName::NotReady,
        };
        State {
            name,
            why: why.collect(),
        }
    }
}

fn request(kept: &RecentRequest) -> Request {
    Request {
        at_unix_ms: unix_ms(kept.at),
        component: kept.telemetry.resource().name().to_owned(),
        method: kept.method.to_owned(),
        route: kept.route.to_string(),
        status: kept.status,
        error_type: kept.error_type.map(str::to_owned),
        elapsed_ms: rounded(kept.elapsed.as_secs_f64() * 1_000.0),
        trace_id: kept.trace_id.to_string(),
        peer: kept.peer.map(|peer| peer.to_string()),
    }
}

/// The first paragraph of a doc comment, on one line.
pub(super) fn first_paragraph(doc: &str) -> String {
    let first = doc.split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}
