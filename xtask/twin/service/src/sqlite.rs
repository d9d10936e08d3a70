//! The item store on SQLite.

use sqlx::Row;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions, SqliteRow};
use twin_contract::{Item, ItemId};
use twin_domain::{ItemStore, StoreError};

/// Items in one table.
pub struct SqliteItems {
    pool: SqlitePool,
}

impl SqliteItems {
    /// Opens the database, and brings its tables up to date.
    ///
    /// # Errors
    ///
    /// It can't be opened or migrated.
    pub async fn open(url: &str) -> sqlx::Result<Self> {
        // A database in memory is one for each connection.
        let options = SqlitePoolOptions::new().max_connections(1);
        let pool = options.connect(url).await?;
        sqlx::migrate!().run(&pool).await?;
        Ok(Self { pool })
    }
}

impl ItemStore for SqliteItems {
    async fn load(&self, id: &ItemId) -> Result<Option<Item>, StoreError> {
        let query = sqlx::query("SELECT id, name, quantity FROM items WHERE id = ?").bind(&id.0);
        let row = query.fetch_optional(&self.pool).await.map_err(failed)?;
        row.as_ref().map(item).transpose().map_err(failed)
    }

    async fn insert(&self, item: &Item) -> Result<Item, StoreError> {
        // The update changes nothing; without one, `RETURNING` gives nothing for an id that is taken.
        let insert = "INSERT INTO items (id, name, quantity) VALUES (?, ?, ?) \
                      ON CONFLICT (id) DO UPDATE SET id = id RETURNING id, name, quantity";
        let query = sqlx::query(insert)
            .bind(&item.id.0)
            .bind(&item.name)
            .bind(item.quantity);
        let row = query.fetch_one(&self.pool).await.map_err(failed)?;
        self::item(&row).map_err(failed)
    }

    async fn count(&self) -> Result<u32, StoreError> {
        let query = sqlx::query_scalar("SELECT count(*) FROM items");
        query.fetch_one(&self.pool).await.map_err(failed)
    }
}

fn item(row: &SqliteRow) -> sqlx::Result<Item> {
    Ok(Item {
        id: ItemId(row.try_get("id")?),
        name: row.try_get("name")?,
        quantity: row.try_get("quantity")?,
    })
}

fn failed(error: sqlx::Error) -> StoreError {
    StoreError(error.into())
}
