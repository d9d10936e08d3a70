//! `app.sql()` and `app.migrate(…)`.

use std::path::PathBuf;

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;

use super::App;
use super::component::{
    Calls, Guards, Leads, NeededStore, Needs, Outward, Purpose, ShownPort, shown,
};
use crate::config::Finding;
use crate::store::{Sqlite, StoreSettings};
use crate::{Error, Result};

impl App {
    /// The pool of the service's SQL store, opened at the first call: `store.url`, else a file in
    /// the state folder. Readiness depends on it.
    ///
    /// # Errors
    ///
    /// When section `[store]` is wrong or the store cannot be opened.
    pub async fn sql(&self) -> Result<SqlitePool> {
        Ok(self.store().await?.pool().clone())
    }

    /// Brings the schema of [`sql`](App::sql)'s store up to date:
    /// `app.migrate(&chassis::migrations!()).await?`. Instances that share the store take turns.
    ///
    /// # Errors
    ///
    /// When a migration fails, or another instance does not end its turn.
    pub async fn migrate(&self, migrations: &Migrator) -> Result {
        let store = self.store().await?;
        if self.is_dry_run() {
            self.0
                .composed
                .needs()
                .will_migrate(self.name(), migrations);
            Ok(())
        } else {
            store.migrate(migrations).await
        }
    }

    async fn store(&self) -> Result<&Sqlite> {
        self.0.store.get_or_try_init(|| self.open()).await
    }

    async fn open(&self) -> Result<Sqlite> {
        let settings = self.0.config.section::<StoreSettings>("store");
        let settings = settings.map_err(Error::configuration)?;
        if self.is_dry_run() {
            let file = self.file();
            let store = match self.0.purpose {
                Purpose::Examine => Sqlite::looked_at(&settings, &file),
                _ => Sqlite::closed(&settings),
            };
            let store = store.inspect_err(|error| self.refuse_url(error));
            self.0.composed.needs().stores.push(NeededStore {
                component: self.name().to_owned(),
                settings,
                default_file: file,
                migrations: Vec::new(),
            });
            return store;
        }
        let store = Sqlite::open(&settings, &self.file()).await;
        let store = store.inspect_err(|error| self.refuse_url(error))?;
        self.0.composed.show(ShownPort {
            component: self.0.name.clone(),
            what: Outward::Store,
            leads_to: Leads::Store(store.place()),
            since: self.0.telemetry.env().wall(),
            calls: Calls::Nobody,
            policy: shown(vec![
                ("connections", settings.connections.to_string()),
                ("wait for one", settings.timeout.to_string()),
            ]),
            guards: Guards::default(),
        });
        let asked = store.clone();
        self.check("store", move || {
            let store = asked.clone();
            async move { store.ping().await }
        });
        Ok(store)
    }

    /// Where the store is, for people.
    pub(super) fn store_place(&self) -> String {
        let open = self.0.store.get();
        open.map_or_else(|| "not opened yet".to_owned(), Sqlite::place)
    }

    /// A URL that cannot be opened is said with its place, and with all other findings.
    fn refuse_url(&self, error: &Error) {
        if error.exit_code() == 78 {
            let problem = error.to_string();
            let problem = problem.strip_prefix("store.url: ").unwrap_or(&problem);
            self.0.config.report(Finding::new("store.url", problem));
        }
    }

    fn file(&self) -> PathBuf {
        self.0
            .config
            .state_dir()
            .join(format!("{}.sqlite", self.0.name))
    }
}

impl Needs {
    /// Remembers what a start would bring the store of `component` up to.
    fn will_migrate(&mut self, component: &str, migrations: &Migrator) {
        let all = migrations
            .iter()
            .filter(|one| !one.migration_type.is_down_migration());
        let all = all.map(|one| {
            let description = one.description.clone().into_owned();
            (one.version, description, one.checksum.clone().into_owned())
        });
        let mut stores = self.stores.iter_mut();
        if let Some(store) = stores.find(|store| store.component == component) {
            store.migrations.extend(all);
        }
    }
}
