//! A database that answers reads and refuses writes.

use sea_orm::{ConnectionTrait as _, Database};
use uuid::Uuid;
use waybill_store::EventContext;
use waybill_testkit::{DatabaseKind, TestDb};

use crate::support::{count, happen, open, until};

/// As after a failover to a standby: every session is read-only, and stays so when the server takes writes again.
#[tokio::test]
async fn a_read_only_server_is_unavailable_and_used_again_when_it_takes_writes() {
    let Some(database) = TestDb::create(DatabaseKind::Postgres).await else {
        return;
    };
    let url = database.url();
    let (server, name) = url.rsplit_once('/').unwrap();
    let server = Database::connect(format!("{server}/postgres"))
        .await
        .unwrap();
    let end_sessions =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    let db = open(&url, "order").await;
    happen(&db, Uuid::now_v7(), 1).await;
    db.ping().await.unwrap();

    let read_only = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
    server.execute_unprepared(&read_only).await.unwrap();
    server.execute_unprepared(&end_sessions).await.unwrap();
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

    let writable = format!("ALTER DATABASE {name} RESET default_transaction_read_only");
    server.execute_unprepared(&writable).await.unwrap();
    until("the recovery", async || db.ping().await.is_ok()).await;
    happen(&db, Uuid::now_v7(), 1).await;
    db.close().await;
}
