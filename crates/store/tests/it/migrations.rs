//! Migrations run by themselves, however many replicas start at once.

use tokio::task::JoinSet;
use waybill_store::{Db, DbConfig, EventContext};
use waybill_testkit::for_each_database;

use crate::support::{Migrator, count, happen, open};

#[tokio::test]
async fn replicas_that_start_at_once_migrate_once() {
    for_each_database(async |database| {
        let mut replicas = JoinSet::new();
        for _ in 0..4 {
            let url = database.url();
            replicas.spawn(async move {
                let config = DbConfig {
                    max_connections: 2,
                    ..DbConfig::new(url)
                };
                let db = Db::connect(&config, "order").await.unwrap();
                db.migrate::<Migrator>().await.unwrap();
                db
            });
        }
        let replicas = replicas.join_all().await;
        // Each of them can work, and running the migrations again is harmless.
        for db in &replicas {
            happen(db, uuid::Uuid::now_v7(), 1).await;
            db.migrate::<Migrator>().await.unwrap();
        }
        for db in replicas {
            db.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_unsupported_url_is_refused_with_the_supported_kinds() {
    let refused = Db::connect(&DbConfig::new("oracle://somewhere"), "order")
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("sqlite:, postgres: or mysql:"),
        "{refused}"
    );
    // The password of a URL is never shown.
    let refused = Db::connect(&DbConfig::new("pg://user:hunter2@somewhere"), "order")
        .await
        .unwrap_err();
    assert!(!format!("{refused:?}").contains("hunter2"), "{refused:?}");
}

/// A test that fails leaves transactions open; its database is dropped anyway.
#[tokio::test]
async fn a_database_with_an_open_transaction_can_be_dropped() {
    for_each_database(async |database| {
        let Some(server) = database.kind().server() else {
            return;
        };
        let db = open(&database.url(), "order").await;
        let tx = db.begin(&EventContext::default()).await.unwrap();
        count(&tx, "open").await.unwrap();
        let url = database.url();
        let name = url.rsplit('/').next().unwrap();
        waybill_store::admin::drop_database(&server, name)
            .await
            .unwrap();
        tx.commit().await.unwrap_err();
        let refused = Db::connect(&DbConfig::new(&url), "order").await;
        assert!(refused.is_err(), "the database is still there");
    })
    .await;
}
