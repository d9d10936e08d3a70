use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType};

use super::*;

fn settings(url: &str) -> StoreSettings {
    StoreSettings {
        url: Some(url.to_owned()),
        ..StoreSettings::default()
    }
}

fn migrations() -> Migrator {
    let create = Migration::new(
        1,
        Cow::Borrowed("items"),
        MigrationType::Simple,
        sqlx::SqlStr::from_static("CREATE TABLE items (sku TEXT PRIMARY KEY)"),
        false,
    );
    Migrator::with_migrations(vec![create])
}

#[tokio::test]
async fn a_file_store_is_made_with_a_write_ahead_log_and_foreign_keys() {
    let folder = std::env::temp_dir().join(format!("chassis-store-{}", std::process::id()));
    let file = folder.join("deep/store.sqlite");
    let stores = [(); 2].map(|()| StoreSettings::default());
    let first = Sqlite::open(&stores[0], &file).await.unwrap();
    let second = Sqlite::open(&stores[1], &file).await.unwrap();
    let migrations = migrations();
    let (one, two) = tokio::join!(first.migrate(&migrations), second.migrate(&migrations));
    one.unwrap();
    two.unwrap();
    let pragma = async |name: &'static str| -> String {
        sqlx::query_scalar(name)
            .fetch_one(first.pool())
            .await
            .unwrap()
    };
    assert_eq!(
        pragma("SELECT journal_mode FROM pragma_journal_mode").await,
        "wal"
    );
    assert_eq!(
        pragma("SELECT CAST(foreign_keys AS TEXT) FROM pragma_foreign_keys").await,
        "1"
    );
    first.ping().await.unwrap();
    first.close().await;
    second.close().await;
    assert_eq!(first.ping().await.unwrap_err().exit_code(), 69);
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_store_in_memory_is_one_database_for_all_calls() {
    let store = Sqlite::open(&settings("sqlite::memory:"), Path::new("unused"))
        .await
        .unwrap();
    store.migrate(&migrations()).await.unwrap();
    let insert =
        || sqlx::query("INSERT INTO items VALUES (hex(randomblob(8)))").execute(store.pool());
    let (one, two) = tokio::join!(insert(), insert());
    one.unwrap();
    two.unwrap();
}

#[tokio::test]
async fn an_unknown_scheme_is_a_configuration_error_that_hides_the_rest() {
    let error = Sqlite::open(&settings("oracle://scott:tiger@db"), Path::new("x"))
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), 78);
    assert!(error.to_string().contains("`oracle:`") && !error.to_string().contains("tiger"));
}
