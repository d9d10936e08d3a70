//! The patient of the doctor's tests: a service that needs another one and a store, and can be made
//! ill.

use std::borrow::Cow;
use std::process::ExitCode;

use chassis::{App, CallError, Chassis, Error, service};
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// Section `[patient]`.
#[derive(Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Patient {
    /// It calls the orders.
    calls: bool,
    /// It keeps a store with this many migrations.
    migrations: u32,
    /// The text of its first migration is another one.
    rewritten: bool,
    /// Series of its own.
    series: u32,
    /// A check: `up` or `down`.
    check: String,
    /// The check does not count for readiness.
    optional: bool,
    /// It serves the same route twice.
    twice: bool,
    /// Composing ends with this: `error`, `panic`, `hang`.
    ends: String,
}

#[service(version = "1")]
trait Orders {
    #[get("/orders", timeout = "20s")]
    async fn all(&self) -> Result<u32, CallError>;
}

#[service(version = "1")]
trait Visits {
    #[get("/visits")]
    async fn count(&self) -> Result<u32, CallError>;
}

/// Collides with the visits.
#[service(version = "1")]
trait Guests {
    #[get("/visits")]
    async fn guests(&self) -> Result<u32, CallError>;
}

struct Nobody;

impl Guests for Nobody {
    async fn guests(&self) -> Result<u32, CallError> {
        Ok(0)
    }
}

impl Visits for Nobody {
    async fn count(&self) -> Result<u32, CallError> {
        Ok(0)
    }
}

async fn service(app: App) -> chassis::Result {
    let patient: Patient = app.config("patient")?;
    match patient.ends.as_str() {
        "error" => return Err(Error::unavailable("the warehouse is on fire")),
        "panic" => panic!("told to panic"),
        "hang" => std::future::pending().await,
        _ => {}
    }
    if patient.calls {
        app.client::<dyn Orders>()?;
    }
    if patient.migrations > 0 {
        let first = if patient.rewritten {
            "SELECT 2"
        } else {
            "SELECT 1"
        };
        app.sql().await?;
        app.migrate(&migrations(patient.migrations, first)).await?;
    }
    for id in 0..patient.series {
        let labels = [("customer", &*id.to_string())];
        app.metrics()
            .counter("visits.by_customer", "Visits", &labels)?;
    }
    if !patient.check.is_empty() {
        let is_up = patient.check == "up";
        let check = app.check("warehouse", move || async move {
            match is_up {
                true => Ok(()),
                false => Err(Error::unavailable("nobody there")),
            }
        });
        if patient.optional {
            let _ = check.optional();
        }
    }
    app.serve::<dyn Visits>(Nobody);
    if patient.twice {
        app.serve::<dyn Guests>(Nobody);
    }
    Ok(())
}

fn migrations(count: u32, first: &'static str) -> Migrator {
    let one = |version: u32| {
        let text = if version == 1 { first } else { "SELECT 0" };
        let text = sqlx::SqlStr::from_static(text);
        let name = Cow::Owned(format!("step {version}"));
        Migration::new(version.into(), name, MigrationType::Simple, text, false)
    };
    Migrator::with_migrations((1..=count).map(one).collect())
}

fn main() -> ExitCode {
    Chassis::new("patient")
        .version(env!("CARGO_PKG_VERSION"))
        .run(service)
}
