//! SQLite, by sqlx.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions};

use super::StoreSettings;
use crate::error::told;
use crate::{Error, Result};

/// How long migrations wait for another process that migrates the same file.
const MIGRATION_TURN: Duration = Duration::from_secs(30);

/// An open store. A cheap clone.
#[derive(Debug, Clone)]
pub struct Sqlite {
    pool: SqlitePool,
    /// The database's file; `None` in memory.
    file: Option<PathBuf>,
    /// Opened as a file that nobody changes.
    immutable: bool,
}

impl Sqlite {
    /// Opens the store that `settings` name, or `default_file` where they name none: write-ahead
    /// log, foreign keys checked, and patience with another writer. The file and its folder are
    /// made where they are missing.
    ///
    /// # Errors
    ///
    /// When the URL is none of SQLite's (exit code 78) or the file cannot be opened (69).
    pub async fn open(settings: &StoreSettings, default_file: &Path) -> Result<Self> {
        let (options, file) = options(settings, default_file)?;
        if let Some(folder) = file.as_deref().and_then(Path::parent) {
            fs::create_dir_all(folder).map_err(|error| {
                Error::unavailable(format!(
                    "cannot make the folder {} of the store: {error}; let the service's user write \
                     there, or set store.url",
                    folder.display()
                ))
            })?;
        }
        let pool = pool(settings, file.is_none())
            .connect_with(options)
            .await
            .map_err(|error| {
                let place = file.as_deref().unwrap_or(Path::new(":memory:")).display();
                Error::unavailable(format!(
                    "cannot open the store {place}: {}; is it a SQLite file that the service's user \
                     may write? Mend that, or name another one in store.url",
                    told(&error)
                ))
            })?;
        Ok(Self {
            pool,
            file,
            immutable: false,
        })
    }

    /// Where it is, for people.
    pub(crate) fn place(&self) -> String {
        match &self.file {
            Some(file) => format!("sqlite:{}", file.display()),
            None => "sqlite::memory:".to_owned(),
        }
    }

    /// A store in memory that opens nothing before it is asked: for checking a configuration.
    ///
    /// # Errors
    ///
    /// When the URL is none of SQLite's.
    pub fn closed(settings: &StoreSettings) -> Result<Self> {
        options(settings, Path::new("unused"))?;
        let pool = pool(settings, true).connect_lazy_with(memory());
        Ok(Self {
            pool,
            file: None,
            immutable: false,
        })
    }

    /// The store for looking at it only: nothing is written, and nothing opened before it is asked.
    /// Where there is no file yet, an empty one in memory.
    ///
    /// # Errors
    ///
    /// When the URL is none of SQLite's.
    pub fn looked_at(settings: &StoreSettings, default_file: &Path) -> Result<Self> {
        let Some(file) = Self::file(settings, default_file)?.filter(|file| file.is_file()) else {
            return Self::closed(settings);
        };
        let mut log = file.clone().into_os_string();
        log.push("-wal");
        // Without a log beside it nobody has it open, and reading leaves no file behind.
        let immutable = !Path::new(&log).exists();
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .read_only(true)
            .immutable(immutable)
            .busy_timeout(*settings.timeout);
        let pool = pool(settings, false).connect_lazy_with(options);
        Ok(Self {
            pool,
            file: Some(file),
            immutable,
        })
    }

    /// Where the store's file is; `None` in memory.
    ///
    /// # Errors
    ///
    /// When the URL is none of SQLite's.
    pub fn file(settings: &StoreSettings, default_file: &Path) -> Result<Option<PathBuf>> {
        options(settings, default_file).map(|(_, file)| file)
    }

    /// Whether it was opened as a file that nobody changes.
    pub(super) fn is_immutable(&self) -> bool {
        self.immutable
    }

    /// The pool.
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Whether the store answers.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn ping(&self) -> Result {
        sqlx::query("SELECT 1")
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(|error| Error::unavailable("the store does not answer").because(error))
    }

    /// Brings the schema up to date. Processes that share the file take turns.
    ///
    /// # Errors
    ///
    /// When another process does not end its turn, or a migration fails.
    pub async fn migrate(&self, migrations: &Migrator) -> Result {
        let _turn = match self.file.clone() {
            Some(file) => Some(turn(file).await?),
            None => None,
        };
        migrations.run(&self.pool).await.map_err(|error| {
            Error::unavailable("cannot bring the schema of the store up to date").because(error)
        })
    }

    /// Waits for the connections that are in use, and closes all.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

fn options(
    settings: &StoreSettings,
    default_file: &Path,
) -> Result<(SqliteConnectOptions, Option<PathBuf>)> {
    let options = match settings.url.as_deref() {
        None => SqliteConnectOptions::new().filename(default_file),
        Some(url) if is_memory(url) => memory(),
        Some(url) if url.starts_with("sqlite:") => {
            SqliteConnectOptions::from_str(url).map_err(|error| {
                Error::configuration("store.url: expected sqlite:PATH or sqlite::memory:")
                    .because(error)
            })?
        }
        Some(url) => return Err(unknown(url)),
    };
    let in_memory = settings.url.as_deref().is_some_and(is_memory);
    let file = (!in_memory).then(|| options.get_filename().to_owned());
    let options = options
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(*settings.timeout);
    let options = if in_memory {
        options
    } else {
        options.journal_mode(SqliteJournalMode::Wal)
    };
    Ok((options, file))
}

fn memory() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .in_memory(true)
        .foreign_keys(true)
}

fn is_memory(url: &str) -> bool {
    matches!(url, "sqlite::memory:" | "sqlite://:memory:")
}

fn unknown(url: &str) -> Error {
    // Only the scheme: what follows may hold a password.
    let scheme = url.split(':').next().unwrap_or_default();
    Error::configuration(format!(
        "store.url: unknown scheme `{scheme}:`; this build knows sqlite:PATH and sqlite::memory:"
    ))
}

/// A database in memory lives and dies with its one connection.
fn pool(settings: &StoreSettings, in_memory: bool) -> SqlitePoolOptions {
    let pool = SqlitePoolOptions::new()
        .acquire_timeout(*settings.timeout)
        // Under load every call would have its own warning of a slow turn; who gets none fails, and says so.
        .acquire_slow_threshold(*settings.timeout);
    if in_memory {
        pool.min_connections(1)
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
    } else {
        pool.max_connections(settings.connections.get())
    }
}

/// The turn to migrate: a lock on a file beside the database, freed when it is dropped, also by
/// the end of the process.
async fn turn(file: PathBuf) -> Result<File> {
    let mut name = file.into_os_string();
    name.push(".migrating");
    let path = PathBuf::from(name);
    let place = path.display().to_string();
    let waiting = tokio::task::spawn_blocking(move || {
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        lock.lock().map(|()| lock)
    });
    let failed = || Error::unavailable(format!("cannot take the turn to migrate ({place})"));
    match tokio::time::timeout(MIGRATION_TURN, waiting).await {
        Ok(Ok(locked)) => locked.map_err(|error| failed().because(error)),
        Ok(Err(panic)) => Err(failed().because(panic)),
        Err(_) => Err(Error::unavailable(format!(
            "another process has been migrating the store for {MIGRATION_TURN:?} ({place}); \
             see whether it hangs"
        ))),
    }
}

#[cfg(test)]
mod tests;
