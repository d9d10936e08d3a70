//! A build with chaos: reads section `[chaos]`, refuses it in prod without consent, says it loudly.

use super::settings::ChaosSettings;
use crate::config::{Config, Finding, Reference};
use crate::context::Env;
use crate::http::client::Injector;
use crate::policy::Chaos;
use crate::policy::chaos::Rule;

/// What `chaos.consent` must say where prod's rules hold.
const CONSENT: &str = "break-production";

/// What section `[chaos]` says.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct Switch {
    seed: u64,
    rules: Vec<Rule>,
    /// The experiment's own, which changes its rules itself.
    own: Option<Chaos>,
}

impl Switch {
    /// Reads it. What is wrong stays in `config`, for the one report.
    pub(in crate::app) fn read(config: &Config) -> Self {
        let settings: ChaosSettings = config.section("chaos").unwrap_or_default();
        let rules = settings.faults.iter();
        let rules: Vec<Rule> = rules.map(|(name, fault)| fault.rule(name)).collect();
        for rule in &rules {
            if let Err(mistake) = rule.check() {
                let key = format!("chaos.faults.{}.{}", rule.name, mistake.key);
                config.report(found(config, &key, mistake.reason));
            }
        }
        let may = config.is_dev() || settings.consent.as_deref() == Some(CONSENT);
        if settings.enabled && !may {
            let problem = "prod's rules refuse faults on purpose without a word of consent";
            config.report(found(config, "chaos.enabled", problem).mend(format!(
                "set chaos.consent to \"{CONSENT}\" if that is what you want, else chaos.enabled \
                 to false"
            )));
        }
        Self {
            seed: settings.seed,
            rules: match settings.enabled {
                true => rules,
                false => Vec::new(),
            },
            own: None,
        }
    }

    /// Instead of what the configuration says, what an experiment does.
    pub(super) fn by(chaos: Chaos) -> Self {
        Self {
            own: Some(chaos),
            ..Self::default()
        }
    }

    /// What lets calls suffer, if anything is to.
    pub(in crate::app) fn open(&self, env: &Env) -> Injector {
        if let Some(own) = &self.own {
            return Injector::new(own.clone());
        }
        if self.rules.is_empty() {
            return Injector::default();
        }
        for rule in &self.rules {
            tracing::warn!(fault = rule.name, "chaos is on (chaos.enabled): {rule}");
        }
        let chaos = Chaos::new(env.clone(), self.seed);
        // They were checked when they were read; a configuration with findings starts nothing.
        match chaos.update(self.rules.clone()) {
            Ok(()) => Injector::new(chaos),
            Err(_) => Injector::default(),
        }
    }
}

/// A finding where the key stands, or where its section does.
fn found(config: &Config, key: &str, problem: &str) -> Finding {
    let finding = Finding::new(key, problem);
    let rows = config.effective();
    let section = key.rsplit_once('.').map_or(key, |(section, _)| section);
    let own = rows
        .iter()
        .find(|row| row.key() == key && !row.is_default());
    let near = rows
        .iter()
        .find(|row| row.key().starts_with(section) && !row.is_default());
    match own.or(near) {
        Some(row) => finding.at(row.origin().clone()),
        None => finding,
    }
}

/// What may be set.
pub(in crate::app) fn reference() -> Option<Reference> {
    Some(Reference::of::<ChaosSettings>("chaos"))
}
