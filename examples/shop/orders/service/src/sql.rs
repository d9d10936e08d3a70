//! The order store on SQLite.

use chassis::idempotency;
use orders_contract::{NewOrder, Order, OrderId, OrderState};
use orders_domain::{OrderStore, StoreError};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};

/// Orders in one table.
pub(crate) struct SqlOrders {
    pool: SqlitePool,
}

impl SqlOrders {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }
}

impl SqlOrders {
    // ANCHOR: once
    /// The order and the key that it came with, in one transaction: either both are there or neither.
    async fn create_once(&self, order: &NewOrder) -> sqlx::Result<OrderId> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(id) = idempotency::recall(&mut transaction, "order").await? {
            return Ok(OrderId(id));
        }
        let insert =
            sqlx::query("INSERT INTO orders (customer, sku, quantity, state) VALUES (?, ?, ?, ?)")
                .bind(&order.customer)
                .bind(&order.sku)
                .bind(order.quantity)
                .bind(name(OrderState::Pending));
        let id = insert.execute(&mut *transaction).await?.last_insert_rowid();
        idempotency::remember(&mut transaction, "order", &id).await?;
        transaction.commit().await?;
        Ok(OrderId(id))
    }
    // ANCHOR_END: once
}

impl OrderStore for SqlOrders {
    async fn create(&self, order: &NewOrder) -> Result<OrderId, StoreError> {
        self.create_once(order).await.map_err(failed)
    }

    async fn settle(&self, id: OrderId, state: OrderState) -> Result<(), StoreError> {
        let update = sqlx::query("UPDATE orders SET state = ? WHERE id = ?").bind(name(state));
        update
            .bind(id.0)
            .execute(&self.pool)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn load(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        let query = sqlx::query("SELECT * FROM orders WHERE id = ?").bind(id.0);
        let row = query.fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(read).transpose().map_err(failed)
    }

    async fn page(&self, after: Option<OrderId>, limit: u32) -> Result<Vec<Order>, StoreError> {
        let query = sqlx::query("SELECT * FROM orders WHERE id > ? ORDER BY id LIMIT ?")
            .bind(after.map_or(0, |id| id.0))
            .bind(limit);
        let rows = query.fetch_all(&self.pool).await.map_err(failed)?;
        rows.iter()
            .map(read)
            .collect::<sqlx::Result<_>>()
            .map_err(failed)
    }
}

fn read(row: &SqliteRow) -> sqlx::Result<Order> {
    Ok(Order {
        id: OrderId(row.try_get("id")?),
        customer: row.try_get("customer")?,
        sku: row.try_get("sku")?,
        quantity: row.try_get("quantity")?,
        state: state(row.try_get("state")?)?,
    })
}

fn name(state: OrderState) -> &'static str {
    match state {
        OrderState::Pending => "pending",
        OrderState::Confirmed => "confirmed",
        OrderState::Rejected => "rejected",
    }
}

fn state(name: &str) -> sqlx::Result<OrderState> {
    [
        OrderState::Pending,
        OrderState::Confirmed,
        OrderState::Rejected,
    ]
    .into_iter()
    .find(|state| self::name(*state) == name)
    .ok_or_else(|| sqlx::Error::Decode(format!("`{name}` is no order state").into()))
}

fn failed(error: sqlx::Error) -> StoreError {
    StoreError::Failed(error.into())
}
