//! The stock store on SQLite.

use chassis::Streaming;
use inventory_contract::{Reservation, ReservationId, Sku, Stock};
use inventory_domain::{Reserved, StockStore, StoreError};
use sqlx::{Row, Sqlite, SqlitePool, Transaction, sqlite::SqliteRow};
use tokio::sync::watch;

/// Stock and reservations in two tables.
pub(crate) struct SqlStock {
    pool: SqlitePool,
    /// Told of each write: this process is the only one that writes.
    writes: watch::Sender<()>,
}

impl SqlStock {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        let writes = watch::Sender::new(());
        Self { pool, writes }
    }

    async fn try_reserve(
        &self,
        id: &ReservationId,
        sku: &Sku,
        quantity: u32,
    ) -> sqlx::Result<Reserved> {
        // Immediate: two reservations that read first and write later would lock each other out.
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(made) = reservation(&mut transaction, id).await? {
            return Ok(Reserved::Done(made));
        }
        let Some(stock) = stock(&mut transaction, sku).await? else {
            return Ok(Reserved::UnknownItem);
        };
        if stock.free < quantity {
            return Ok(Reserved::OutOfStock(stock.free));
        }
        let (sku, price_cents) = (stock.sku, stock.price_cents);
        let made = Reservation {
            id: id.clone(),
            sku,
            quantity,
            price_cents,
        };
        take(&mut transaction, &made).await?;
        transaction.commit().await?;
        Ok(Reserved::Done(made))
    }

    async fn try_release(&self, id: &ReservationId) -> sqlx::Result<()> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        let Some(made) = reservation(&mut transaction, id).await? else {
            return Ok(());
        };
        sqlx::query("DELETE FROM reservations WHERE id = ?")
            .bind(&id.0)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("UPDATE items SET free = free + ? WHERE sku = ?")
            .bind(made.quantity)
            .bind(&made.sku.0)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await
    }
}

impl StockStore for SqlStock {
    async fn load(&self, sku: &Sku) -> Result<Option<Stock>, StoreError> {
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        stock(&mut transaction, sku).await.map_err(failed)
    }

    // ANCHOR: changes
    async fn changes(&self, sku: &Sku) -> Result<Streaming<Stock, StoreError>, StoreError> {
        let watching = Watching {
            pool: self.pool.clone(),
            sku: sku.clone(),
            writes: self.writes.subscribe(),
            last: None,
        };
        Ok(Streaming::unfold(watching, Watching::next))
    }
    // ANCHOR_END: changes

    async fn reserve(
        &self,
        id: &ReservationId,
        sku: &Sku,
        quantity: u32,
    ) -> Result<Reserved, StoreError> {
        let reserved = self.try_reserve(id, sku, quantity).await;
        self.writes.send_replace(());
        reserved.map_err(failed)
    }

    async fn release(&self, id: &ReservationId) -> Result<(), StoreError> {
        let released = self.try_release(id).await;
        self.writes.send_replace(());
        released.map_err(failed)
    }

    async fn restock(&self, below: u32, level: u32) -> Result<u64, StoreError> {
        let update = sqlx::query("UPDATE items SET free = ? WHERE free < ?")
            .bind(level)
            .bind(below);
        let done = update.execute(&self.pool).await.map_err(failed)?;
        if done.rows_affected() > 0 {
            self.writes.send_replace(());
        }
        Ok(done.rows_affected())
    }
}

// ANCHOR: watching
/// Somebody who watches an item's stock.
struct Watching {
    pool: SqlitePool,
    sku: Sku,
    writes: watch::Receiver<()>,
    /// What was said last.
    last: Option<Stock>,
}

impl Watching {
    /// The stock as it is now where that is news, else as soon as it is.
    async fn next(mut self) -> Option<(Result<Stock, StoreError>, Self)> {
        loop {
            // What is written from here on is not missed.
            self.writes.mark_unchanged();
            match self.stock().await {
                Err(error) => return Some((Err(failed(error)), self)),
                Ok(now) if now != self.last => {
                    self.last = now;
                    return Some((Ok(self.last.clone()?), self));
                }
                Ok(_) => self.writes.changed().await.ok()?,
            }
        }
    }

    async fn stock(&self) -> sqlx::Result<Option<Stock>> {
        stock(&mut self.pool.begin().await?, &self.sku).await
    }
}
// ANCHOR_END: watching

async fn stock(
    transaction: &mut Transaction<'_, Sqlite>,
    sku: &Sku,
) -> sqlx::Result<Option<Stock>> {
    let query = sqlx::query("SELECT free, price_cents FROM items WHERE sku = ?").bind(&sku.0);
    let row = query.fetch_optional(&mut **transaction).await?;
    row.map(|row| {
        let price_cents = price(&row)?;
        Ok(Stock {
            sku: sku.clone(),
            free: row.try_get("free")?,
            price_cents,
        })
    })
    .transpose()
}

async fn reservation(
    transaction: &mut Transaction<'_, Sqlite>,
    id: &ReservationId,
) -> sqlx::Result<Option<Reservation>> {
    let query = sqlx::query("SELECT sku, quantity, price_cents FROM reservations WHERE id = ?");
    let row = query.bind(&id.0).fetch_optional(&mut **transaction).await?;
    row.map(|row| {
        Ok(Reservation {
            id: id.clone(),
            sku: Sku(row.try_get("sku")?),
            quantity: row.try_get("quantity")?,
            price_cents: price(&row)?,
        })
    })
    .transpose()
}

async fn take(transaction: &mut Transaction<'_, Sqlite>, made: &Reservation) -> sqlx::Result<()> {
    sqlx::query("UPDATE items SET free = free - ? WHERE sku = ?")
        .bind(made.quantity)
        .bind(&made.sku.0)
        .execute(&mut **transaction)
        .await?;
    sqlx::query("INSERT INTO reservations (id, sku, quantity, price_cents) VALUES (?, ?, ?, ?)")
        .bind(&made.id.0)
        .bind(&made.sku.0)
        .bind(made.quantity)
        .bind(made.price_cents.cast_signed())
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

/// SQLite knows only signed integers; the table's check keeps prices above zero.
fn price(row: &SqliteRow) -> sqlx::Result<u64> {
    Ok(row.try_get::<i64, _>("price_cents")?.unsigned_abs())
}

fn failed(error: sqlx::Error) -> StoreError {
    StoreError::Failed(error.into())
}
