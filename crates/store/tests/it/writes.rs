//! A database that answers reads and refuses writes.

use std::{sync::Arc, time::Duration};

use sea_orm::{ConnectionTrait as _, Database};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::{Bus, InProcessBus};
use waybill_store::{Db, EventContext, backlog};
use waybill_testkit::{DatabaseKind, TestDb};

use crate::support::{Lines, Migrator, count, happen, open, relay, until};

/// A session of `database`'s server, and its name there.
async fn server_of(database: &TestDb) -> (sea_orm::DatabaseConnection, String) {
    let url = database.url();
    let (server, name) = url.rsplit_once('/').unwrap();
    let server = Database::connect(format!("{server}/postgres")).await;
    (server.unwrap(), name.to_owned())
}

/// As after a failover to a standby, which ends all sessions, or when the server accepts writes again.
async fn set_read_only(server: &sea_orm::DatabaseConnection, name: &str, read_only: bool) {
    if !read_only {
        let alter = format!("ALTER DATABASE {name} RESET default_transaction_read_only");
        server.execute_unprepared(&alter).await.unwrap();
        return;
    }
    let alter = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    server.execute_unprepared(&alter).await.unwrap();
    let end_sessions =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    server.execute_unprepared(&end_sessions).await.unwrap();
}

#[tokio::test]
async fn a_service_that_starts_while_no_writes_are_taken_waits_with_its_migrations() {
    let Some(database) = TestDb::create(DatabaseKind::Postgres).await else {
        return;
    };
    let (server, name) = server_of(&database).await;
    set_read_only(&server, &name, true).await;
    let db = Db::connect(&waybill_testkit::db_config(database.url()), "order")
        .await
        .unwrap();
    let mut migrating = std::pin::pin!(db.migrate::<Migrator>());
    let early = tokio::time::timeout(Duration::from_secs(1), &mut migrating).await;
    assert!(early.is_err(), "{early:?}");
    set_read_only(&server, &name, false).await;
    migrating.await.unwrap();
    happen(&db, Uuid::now_v7(), 1).await;
    db.close().await;
}

/// As after a failover to a standby: every session is read-only, and stays so when the server accepts writes again.
#[tokio::test]
async fn a_read_only_server_is_unavailable_and_used_again_when_it_takes_writes() {
    let Some(database) = TestDb::create(DatabaseKind::Postgres).await else {
        return;
    };
    let (server, name) = server_of(&database).await;
    let db = open(&database.url(), "order").await;
    happen(&db, Uuid::now_v7(), 1).await;
    db.ping().await.unwrap();

    set_read_only(&server, &name, true).await;
    until("the refusal of a write", async || {
        let Ok(tx) = db.begin(&EventContext::default()).await else {
            return false;
        };
        let refused = count(&tx, "refused").await.unwrap_err();
        assert!(refused.is_unavailable(), "{refused:?}");
        // Otherwise it was a session that has ended.
        format!("{refused:?}").contains("25006")
    })
    .await;
    assert!(db.ping().await.unwrap_err().is_unavailable());

    set_read_only(&server, &name, false).await;
    until("the recovery", async || db.ping().await.is_ok()).await;
    happen(&db, Uuid::now_v7(), 1).await;
    db.close().await;
}

#[tokio::test]
async fn a_relay_that_cannot_mark_what_it_published_is_one_line_until_it_can() {
    let Some(database) = TestDb::create(DatabaseKind::Postgres).await else {
        return;
    };
    let (lines, _guard) = Lines::capture();
    let (server, name) = server_of(&database).await;
    let db = open(&database.url(), "order").await;
    happen(&db, Uuid::now_v7(), 1).await;
    set_read_only(&server, &name, true).await;

    let (bus, stop) = (
        InProcessBus::new() as Arc<dyn Bus>,
        CancellationToken::new(),
    );
    relay(&db, &bus, &stop);
    let several = async || lines.with("the relay leads").len() >= 5;
    until("several attempts", several).await;
    assert_eq!(lines.with("the relay works again"), [""; 0]);

    set_read_only(&server, &name, false).await;
    let works = async || lines.with("the relay works again").len() == 1;
    until("the recovery", works).await;
    until("the mark", async || backlog(&db).await.unwrap() == 0).await;
    let failed = [
        lines.with("the relay starts over"),
        lines.with("the relay has no database"),
    ]
    .concat();
    assert_eq!(failed.len(), 1, "{failed:#?}");
    stop.cancel();
    db.close().await;
}
