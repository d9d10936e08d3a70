//! The ledger on SQLite.

use payments_contract::{Payment, PaymentId};
use payments_domain::{Ledger, PortError};
use sqlx::{Row, SqlitePool};

/// Payments in one table.
pub(crate) struct SqlLedger {
    pool: SqlitePool,
}

impl SqlLedger {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    async fn find(&self, id: &PaymentId) -> sqlx::Result<Option<Payment>> {
        let query = sqlx::query("SELECT customer, amount_cents FROM payments WHERE id = ?");
        let row = query.bind(&id.0).fetch_optional(&self.pool).await?;
        row.map(|row| {
            Ok(Payment {
                id: id.clone(),
                customer: row.try_get("customer")?,
                // SQLite knows only signed integers; the table's check keeps amounts above zero.
                amount_cents: row.try_get::<i64, _>("amount_cents")?.unsigned_abs(),
            })
        })
        .transpose()
    }

    async fn insert(&self, payment: &Payment) -> sqlx::Result<Payment> {
        sqlx::query(
            "INSERT INTO payments (id, customer, amount_cents) VALUES (?, ?, ?) \
             ON CONFLICT (id) DO NOTHING",
        )
        .bind(&payment.id.0)
        .bind(&payment.customer)
        .bind(payment.amount_cents.cast_signed())
        .execute(&self.pool)
        .await?;
        self.find(&payment.id)
            .await?
            .ok_or(sqlx::Error::RowNotFound)
    }
}

impl Ledger for SqlLedger {
    async fn load(&self, id: &PaymentId) -> Result<Option<Payment>, PortError> {
        self.find(id).await.map_err(failed)
    }

    async fn record(&self, payment: &Payment) -> Result<Payment, PortError> {
        self.insert(payment).await.map_err(failed)
    }
}

fn failed(error: sqlx::Error) -> PortError {
    PortError::Failed {
        port: "ledger",
        source: error.into(),
    }
}
