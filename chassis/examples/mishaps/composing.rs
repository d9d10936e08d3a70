//! Composition roots that don't work out, each between its anchors.

use std::process::ExitCode;
use std::time::Duration;

use chassis::{App, CallError, Chassis, Error, service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Greets.
#[service(version = "1")]
pub(super) trait Greeter {
    /// A greeting.
    #[get("/greetings/{name}")]
    async fn greet(&self, name: String) -> Result<String, CallError>;
}

/// Greets as well, at the same place.
#[service(version = "1")]
pub(super) trait Doorman {
    /// A greeting.
    #[get("/greetings/{guest}", timeout = "40s")]
    async fn welcome(&self, guest: String) -> Result<String, CallError>;
}

pub(super) struct English;

impl Greeter for English {
    async fn greet(&self, name: String) -> Result<String, CallError> {
        Ok(format!("Hello, {name}!"))
    }
}

impl Doorman for English {
    async fn welcome(&self, guest: String) -> Result<String, CallError> {
        Ok(format!("Welcome, {guest}!"))
    }
}

/// Section `[desk]`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Desk {
    /// Who sits there.
    clerk: String,
}

pub(super) fn run(name: &str) -> ExitCode {
    let greeter = Chassis::new("greeter");
    match name {
        "contract_twice" => greeter.run(contract_twice),
        "routes_collide" => greeter.run(routes_collide),
        "component_names" => component_names(),
        "service_name" => service_name(),
        "nothing_composed" => nothing_composed(),
        "panics" => greeter.run(panics),
        "foreign_error" => greeter.run(foreign_error),
        "called_too_early" => greeter.run(called_too_early),
        "client" => greeter.run(client),
        "customer" => greeter.run(customer),
        "metric_twice" => greeter.run(metric_twice),
        "metric_name" => greeter.run(metric_name),
        "section" => greeter.run(section),
        "never_ends" => greeter.run(never_ends),
        "away" => greeter.run(away),
        "task_fails" => greeter.run(task_fails),
        "task_panics" => greeter.run(task_panics),
        "task_stays" => greeter.run(task_stays),
        "store" => greeter.run(store),
        "migrations" => greeter.run(migrations),
        "long_timeout" => greeter.run(long_timeout),
        _ => greeter.serve::<dyn Greeter>(English),
    }
}

// ANCHOR: contract_twice
async fn contract_twice(app: App) -> chassis::Result {
    app.serve::<dyn Greeter>(English);
    app.serve::<dyn Greeter>(English);
    Ok(())
}
// ANCHOR_END: contract_twice

// ANCHOR: routes_collide
async fn routes_collide(app: App) -> chassis::Result {
    app.serve::<dyn Greeter>(English); // GET /v1/greetings/{name}
    app.serve::<dyn Doorman>(English); // GET /v1/greetings/{guest}
    Ok(())
}
// ANCHOR_END: routes_collide

fn component_names() -> ExitCode {
    // ANCHOR: component_names
    Chassis::compose("shop")
        .with("orders", long_timeout)
        .with("orders", long_timeout)
        .with("OrderDesk", long_timeout)
        .with("split", long_timeout)
        .with("client", long_timeout)
        .with("", long_timeout)
        .run()
    // ANCHOR_END: component_names
}

fn service_name() -> ExitCode {
    // ANCHOR: service_name
    Chassis::new("order desk").run(long_timeout)
    // ANCHOR_END: service_name
}

fn nothing_composed() -> ExitCode {
    // ANCHOR: nothing_composed
    Chassis::compose("shop").run()
    // ANCHOR_END: nothing_composed
}

// ANCHOR: panics
async fn panics(app: App) -> chassis::Result {
    let empty: Vec<String> = Vec::new();
    app.serve::<dyn Greeter>(English);
    let _first = &empty[0];
    Ok(())
}
// ANCHOR_END: panics

// ANCHOR: foreign_error
async fn foreign_error(app: App) -> chassis::Result {
    let _seats: u16 = "many".parse()?;
    app.serve::<dyn Greeter>(English);
    Ok(())
}
// ANCHOR_END: foreign_error

// ANCHOR: called_too_early
async fn called_too_early(app: App) -> chassis::Result {
    let greeter = app.client::<dyn Greeter>()?;
    greeter.greet("you".to_owned()).await?;
    Ok(())
}
// ANCHOR_END: called_too_early

// ANCHOR: client
async fn client(app: App) -> chassis::Result {
    let greeter = app.client::<dyn Greeter>()?;
    app.spawn("greet", async move |_| {
        drop(greeter.greet("you".to_owned()).await);
    });
    Ok(())
}
// ANCHOR_END: client

/// Cooks.
#[service(version = "1")]
pub(super) trait Kitchen {
    /// Cooks one dish.
    #[post("/dishes")]
    async fn cook(&self, dish: String) -> Result<String, CallError>;
}

// ANCHOR: customer
async fn customer(app: App) -> chassis::Result {
    let kitchen = app.client::<dyn Kitchen>()?;
    app.spawn("cook", async move |_| {
        drop(kitchen.cook("soup".to_owned()).await);
    });
    Ok(())
}
// ANCHOR_END: customer

// ANCHOR: metric_twice
async fn metric_twice(app: App) -> chassis::Result {
    app.metrics().counter("greetings", "Greetings given", &[])?;
    app.metrics()
        .counter("greetings", "Greetings received", &[])?;
    Ok(())
}
// ANCHOR_END: metric_twice

// ANCHOR: metric_name
async fn metric_name(app: App) -> chassis::Result {
    app.metrics().counter("greetings given", "Greetings", &[])?;
    Ok(())
}
// ANCHOR_END: metric_name

// ANCHOR: section
async fn section(app: App) -> chassis::Result {
    let desk = app.config::<Desk>("desk")?;
    tracing::info!(desk.clerk, "open");
    Ok(())
}
// ANCHOR_END: section

// ANCHOR: never_ends
async fn never_ends(_app: App) -> chassis::Result {
    std::future::pending().await
}
// ANCHOR_END: never_ends

// ANCHOR: away
async fn away(app: App) -> chassis::Result {
    app.check("printer", || async {
        Err(Error::unavailable("it is out of paper"))
    });
    Ok(())
}
// ANCHOR_END: away

// ANCHOR: task_fails
async fn task_fails(app: App) -> chassis::Result {
    app.spawn("sweep", async |_| {
        Err::<(), _>(Error::bug("the broom is gone"))
    });
    Ok(())
}
// ANCHOR_END: task_fails

// ANCHOR: task_panics
async fn task_panics(app: App) -> chassis::Result {
    let often = Duration::from_secs(60);
    app.every("count", often, async || -> () {
        panic!("no number is left")
    });
    Ok(())
}
// ANCHOR_END: task_panics

// ANCHOR: task_stays
async fn task_stays(app: App) -> chassis::Result {
    app.spawn("sweep", async |_stop| -> () {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    Ok(())
}
// ANCHOR_END: task_stays

// ANCHOR: store
async fn store(app: App) -> chassis::Result {
    let _pool = app.sql().await?;
    Ok(())
}
// ANCHOR_END: store

// ANCHOR: migrations
async fn migrations(app: App) -> chassis::Result {
    // A service writes `chassis::migrations!()`, which reads the folder while compiling.
    let migrations = sqlx::migrate::Migrator::new(std::path::Path::new("migrations"));
    app.migrate(&migrations.await?).await
}
// ANCHOR_END: migrations

// ANCHOR: long_timeout
async fn long_timeout(app: App) -> chassis::Result {
    app.serve::<dyn Doorman>(English); // #[get("/greetings/{guest}", timeout = "40s")]
    Ok(())
}
// ANCHOR_END: long_timeout
