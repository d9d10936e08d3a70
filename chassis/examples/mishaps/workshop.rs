//! A service that can be asked wrongly in every way, and that fails when it is told to.

use std::process::ExitCode;
use std::sync::Arc;

use bytes::Bytes;
use chassis::{App, CallError, Chassis, Created, Problem, service};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An order.
#[derive(Debug, Serialize, Deserialize, JsonSchema, garde::Validate)]
pub(super) struct Order {
    /// What.
    #[garde(length(min = 1))]
    sku: String,
    /// How many.
    #[garde(range(min = 1, max = 100))]
    quantity: u32,
    /// How fast.
    #[garde(skip)]
    speed: Speed,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Speed {
    Normal,
    Express,
}

/// What JSON cannot write.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Odd {
    #[serde(serialize_with = "fail")]
    value: u32,
}

fn fail<S: serde::Serializer>(_: &u32, _: S) -> Result<S::Ok, S::Error> {
    Err(serde::ser::Error::custom("no number today"))
}

/// Takes orders.
#[service(version = "1")]
pub(super) trait Workshop {
    /// One order.
    #[get("/orders/{number}")]
    async fn order(&self, number: u32) -> Result<String, WorkshopError>;

    /// Some orders.
    #[get("/orders")]
    async fn list(
        &self,
        limit: u8,
        speed: Option<Speed>,
        #[header("X-Tenant")] tenant: String,
    ) -> Result<String, WorkshopError>;

    /// Places one.
    #[post("/orders", max_body = "1KiB", idempotent)]
    async fn place(&self, order: Order) -> Result<Created<Order>, WorkshopError>;

    /// Takes its time.
    #[get("/slow", timeout = "100ms")]
    async fn slow(&self) -> Result<(), WorkshopError>;

    /// Fails as `how` says.
    #[get("/failures/{how}")]
    async fn failing(&self, how: String) -> Result<Odd, WorkshopError>;

    /// A picture of it.
    #[put("/orders/{number}/picture", timeout = "150ms")]
    async fn picture(&self, number: u32, #[body] picture: String) -> Result<Bytes, WorkshopError>;
}

/// Why the workshop says no.
#[derive(Debug, thiserror::Error, Problem)]
pub(super) enum WorkshopError {
    /// Nobody knows it.
    #[error("order {number} is unknown")]
    #[problem(status = 404)]
    UnknownOrder {
        /// Which.
        number: u32,
    },
    /// Our own fault: callers see no more of it than the status.
    #[error("the ledger cannot be written")]
    #[problem(status = 500)]
    Ledger {
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// The call itself failed.
    #[error(transparent)]
    #[problem(call)]
    Call(#[from] CallError),
}

/// Someone else, who is away.
#[service(version = "1")]
pub(super) trait Depot {
    /// What is there.
    #[get("/items")]
    async fn items(&self) -> Result<String, CallError>;
}

struct Bench {
    depot: Arc<dyn Depot>,
}

impl Workshop for Bench {
    async fn order(&self, number: u32) -> Result<String, WorkshopError> {
        match number {
            7 => Ok("a kettle".to_owned()),
            _ => Err(WorkshopError::UnknownOrder { number }),
        }
    }

    async fn list(
        &self,
        limit: u8,
        speed: Option<Speed>,
        tenant: String,
    ) -> Result<String, WorkshopError> {
        Ok(format!("{limit} {speed:?} {tenant}"))
    }

    async fn place(&self, order: Order) -> Result<Created<Order>, WorkshopError> {
        let location = "/v1/orders/8".to_owned();
        Ok(Created {
            location,
            value: order,
        })
    }

    async fn slow(&self) -> Result<(), WorkshopError> {
        std::future::pending().await
    }

    async fn failing(&self, how: String) -> Result<Odd, WorkshopError> {
        match how.as_str() {
            "panic" => panic!("a drawer is stuck"),
            "ledger" => Err(WorkshopError::Ledger {
                cause: std::io::Error::other("the disk is full"),
            }),
            "call" => {
                self.depot.items().await?;
                Ok(Odd { value: 0 })
            }
            _ => Ok(Odd { value: 1 }),
        }
    }

    async fn picture(&self, _: u32, picture: String) -> Result<Bytes, WorkshopError> {
        Ok(picture.into())
    }
}

pub(super) fn run() -> ExitCode {
    Chassis::new("workshop").run(async |app: App| {
        let depot = app.client::<dyn Depot>()?;
        app.serve::<dyn Workshop>(Bench { depot });
        Ok(())
    })
}
