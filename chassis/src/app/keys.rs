//! Where a component keeps the answers of its idempotent methods: `[idempotency]`.

use std::sync::Arc;

use super::component::{Component, Purpose};
use crate::Result;
use crate::config::{Config, Finding};
use crate::discovery;
use crate::http::Keeper;
use crate::idempotency::{Memory, Place, Settings, Store, place};

/// Opens the place for `component`, which has said what it serves. `process` has the sections that
/// all components share.
///
/// # Errors
///
/// When the place cannot be opened. What is wrong with the settings stays in the configuration.
pub(super) async fn open(component: &Arc<Component>, process: &Config) -> Result {
    let settings = Settings::read(&component.config);
    let contracts = component.composed.contracts();
    let mut own = contracts.iter().filter(|(name, _)| *name == component.name);
    let Some(method) = own.find_map(|(_, contract)| {
        let mut methods = contract.methods.iter();
        let method = methods.find(|method| method.idempotent)?;
        Some(format!("{}.{}", contract.name, method.name))
    }) else {
        return Ok(());
    };
    let Ok(place) = place(&settings.url) else {
        return Ok(());
    };
    if !place.is_shared() && !settings.one_instance {
        report_alone(component, process, &settings, &method);
    }
    if component.purpose != Purpose::Run {
        return Ok(());
    }
    let env = component.telemetry.env().clone();
    let store = store(component, place, &settings).await?;
    let keeper = Keeper::new(store, settings, env);
    // The first one stays: each component comes here once.
    let _ = component.keeper.set(Arc::new(keeper));
    Ok(())
}

async fn store(
    component: &Arc<Component>,
    place: Place,
    settings: &Settings,
) -> Result<Arc<dyn Store>> {
    let env = component.telemetry.env().clone();
    Ok(match place {
        Place::Memory => Arc::new(Memory::new(settings, env)),
        #[cfg(feature = "sqlite")]
        Place::OwnStore => {
            let app = super::App(Arc::clone(component));
            let pool = app.sql().await?;
            Arc::new(crate::idempotency::Sqlite::open(pool, "sqlite:", settings, env).await?)
        }
        #[cfg(feature = "sqlite")]
        Place::Sqlite(url) => {
            let store = crate::store::StoreSettings {
                url: Some(url),
                ..Default::default()
            };
            let store = crate::store::Sqlite::open(&store, std::path::Path::new("unused"))
                .await
                .map_err(|error| error.about("store.url", "idempotency.url"))?;
            let (pool, place) = (store.pool().clone(), store.place());
            Arc::new(crate::idempotency::Sqlite::open(pool, &place, settings, env).await?)
        }
        #[cfg(feature = "redis")]
        Place::Redis(url) => {
            let place = url.to_string();
            let redis = crate::idempotency::Redis::open(url.expose(), &place, *settings.ttl)?;
            let redis = Arc::new(redis);
            let asked = Arc::clone(&redis);
            component.health.check("idempotency", move || {
                let redis = Arc::clone(&asked);
                async move { redis.ping().await }
            });
            redis
        }
    })
}

/// In prod, with a registry that others can be found by, nobody knows that this is the only instance.
fn report_alone(component: &Component, process: &Config, settings: &Settings, method: &str) {
    let Ok(registry) = process.section::<discovery::Settings>("registry") else {
        return;
    };
    if process.is_dev() || registry.url.starts_with("memory:") {
        return;
    }
    let scheme = settings.url.scheme();
    let registry = registry.url.split(':').next().unwrap_or_default();
    let problem = format!(
        "`{scheme}:` is known to one instance only, and with a registry (`{registry}:`) there may be \
         several: a repetition of {method} that reaches another one would have its effect twice"
    );
    component.config.report(
        Finding::new("idempotency.url", problem)
            .expected("a place that all instances share: redis://HOST:PORT/DATABASE")
            .mend("name one, or say idempotency.one_instance = true where there never are two"),
    );
}
