//! A commit, and a statement within a group, after which SQLite rolls everything back.

use sea_orm::{ConnectionTrait, Statement, sqlx::sqlite::LockedSqliteHandle};
use tempfile::TempDir;

use crate::{Db, DbConfig, EventContext, StoreError, Tx};

async fn open() -> (TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/test.db", folder.path().display());
    let db = Db::connect(&DbConfig::new(url), "order").await.unwrap();
    let create = "CREATE TABLE kept (name TEXT PRIMARY KEY, filler BLOB)";
    db.writer().execute_unprepared(create).await.unwrap();
    (folder, db)
}

async fn begin(db: &Db) -> Tx {
    db.begin(&EventContext::default()).await.unwrap()
}

async fn insert(tx: &Tx, name: &str) -> Result<(), StoreError> {
    let sql = format!("INSERT INTO kept VALUES ('{name}', NULL)");
    tx.conn().execute_unprepared(&sql).await?;
    Ok(())
}

/// Inserts more than [`fill`] leaves room for.
async fn insert_too_much(tx: &Tx) -> Result<(), StoreError> {
    let sql = "INSERT INTO kept VALUES ('large', zeroblob(1000000))";
    tx.conn().execute_unprepared(sql).await?;
    Ok(())
}

async fn kept(reader: &impl ConnectionTrait) -> Vec<String> {
    let sql = "SELECT name FROM kept ORDER BY 1";
    let statement = Statement::from_string(reader.get_database_backend(), sql);
    let rows = reader.query_all_raw(statement).await.unwrap();
    rows.iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

/// Changes the writer's current connection.
async fn with_writer(db: &Db, change: impl FnOnce(&mut LockedSqliteHandle<'_>)) {
    let pool = db.writer().get_sqlite_connection_pool();
    let mut connection = pool.acquire().await.unwrap();
    change(&mut connection.lock_handle().await.unwrap());
}

/// SQLite answers every COMMIT of the current connection with a rollback, as it does when a disk fails.
async fn fail_commits(db: &Db) {
    with_writer(db, |handle| handle.set_commit_hook(|| false)).await;
}

/// Leaves the database room for a few small rows, on the current connection.
async fn fill(db: &Db) {
    let sql = "PRAGMA max_page_count = 10";
    db.writer().execute_unprepared(sql).await.unwrap();
}

/// A member that runs on a task of its own, so that it can queue behind another.
fn in_the_queue(db: &Db, name: &'static str) -> tokio::task::JoinHandle<Result<(), StoreError>> {
    let db = db.clone();
    tokio::spawn(async move {
        let tx = db.begin(&EventContext::default()).await?;
        insert(&tx, name).await?;
        tx.commit().await
    })
}

/// Yields until every task that can progress has done so: the tasks that should queue are then in the queue.
async fn let_them_queue() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn after_a_failed_commit_what_is_acknowledged_is_kept() {
    let (_folder, db) = open().await;
    fail_commits(&db).await;
    let tx = begin(&db).await;
    insert(&tx, "failed").await.unwrap();
    let failed = tx.commit().await.unwrap_err();
    assert!(failed.is_unavailable(), "{failed:?}");

    // Rolled back and dropped members in between leave the driver's count of transactions as it is.
    let tx = begin(&db).await;
    insert(&tx, "rolled back").await.unwrap();
    tx.rollback().await.unwrap();
    let tx = begin(&db).await;
    insert(&tx, "dropped").await.unwrap();
    drop(tx);
    let tx = begin(&db).await;
    insert(&tx, "acknowledged").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kept(db.reader()).await, ["acknowledged"]);
    db.close().await;
}

#[tokio::test]
async fn a_failed_commit_fails_all_its_members() {
    let (_folder, db) = open().await;
    fail_commits(&db).await;
    let first = begin(&db).await;
    insert(&first, "first").await.unwrap();
    let others = ["second", "third"].map(|name| in_the_queue(&db, name));
    let_them_queue().await;
    assert!(first.commit().await.unwrap_err().is_unavailable());
    for other in others {
        assert!(other.await.unwrap().unwrap_err().is_unavailable());
    }
    in_the_queue(&db, "next").await.unwrap().unwrap();
    assert_eq!(kept(db.reader()).await, ["next"]);
    db.close().await;
}

/// A full disk in the middle of a group: no member gets success for a write that SQLite has rolled back, and what a member writes
/// after it is not committed separately.
#[tokio::test]
async fn a_full_disk_fails_the_group_and_nothing_else() {
    let (_folder, db) = open().await;
    in_the_queue(&db, "before").await.unwrap().unwrap();
    fill(&db).await;
    let first = begin(&db).await;
    insert(&first, "first").await.unwrap();
    let second = {
        let db = db.clone();
        tokio::spawn(async move {
            let tx = db.begin(&EventContext::default()).await.unwrap();
            insert(&tx, "second").await.unwrap();
            let full = insert_too_much(&tx).await.unwrap_err();
            assert!(matches!(full, StoreError::Unavailable(_)), "{full:?}");
            // SQLite would run this one in a transaction of its own.
            let refused = insert(&tx, "after").await.unwrap_err();
            assert!(refused.is_unavailable(), "{refused:?}");
            tx.commit().await
        })
    };
    let_them_queue().await;
    let third = in_the_queue(&db, "third");
    let_them_queue().await;
    assert!(first.commit().await.unwrap_err().is_unavailable());
    assert!(second.await.unwrap().unwrap_err().is_unavailable());
    // It begins after the failure, in a new group.
    third.await.unwrap().unwrap();
    assert_eq!(kept(db.reader()).await, ["before", "third"]);
    db.close().await;
}

/// The first member of a group has no savepoint of its own.
#[tokio::test]
async fn a_full_disk_fails_a_member_that_is_alone() {
    let (_folder, db) = open().await;
    fill(&db).await;
    let tx = begin(&db).await;
    insert(&tx, "small").await.unwrap();
    insert_too_much(&tx).await.unwrap_err();
    insert(&tx, "after").await.unwrap_err();
    drop(tx);
    in_the_queue(&db, "next").await.unwrap().unwrap();
    assert_eq!(kept(db.reader()).await, ["next"]);
    db.close().await;
}

#[tokio::test]
async fn a_constraint_fails_its_statement_alone() {
    let (_folder, db) = open().await;
    let first = begin(&db).await;
    insert(&first, "first").await.unwrap();
    let second = {
        let db = db.clone();
        tokio::spawn(async move {
            let tx = db.begin(&EventContext::default()).await.unwrap();
            assert!(insert(&tx, "first").await.unwrap_err().is_unique());
            insert(&tx, "second").await.unwrap();
            tx.commit().await.unwrap();
        })
    };
    let rolled_back = {
        let db = db.clone();
        tokio::spawn(async move {
            let tx = db.begin(&EventContext::default()).await.unwrap();
            insert(&tx, "rolled back").await.unwrap();
            tx.rollback().await.unwrap();
        })
    };
    let third = in_the_queue(&db, "third");
    let_them_queue().await;
    first.commit().await.unwrap();
    second.await.unwrap();
    rolled_back.await.unwrap();
    third.await.unwrap().unwrap();
    assert_eq!(kept(db.reader()).await, ["first", "second", "third"]);
    db.close().await;
}

/// It is unknown whether a statement that was dropped half-way took effect, or ended the transaction.
#[tokio::test]
async fn a_member_whose_statement_was_dropped_cannot_commit() {
    let (_folder, db) = open().await;
    let first = begin(&db).await;
    insert(&first, "first").await.unwrap();
    let second = {
        let db = db.clone();
        tokio::spawn(async move {
            let tx = db.begin(&EventContext::default()).await.unwrap();
            let slow = "INSERT INTO kept
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000000)
                SELECT 'half', max(i) FROM n";
            let mut statement = Box::pin(tx.conn().execute_unprepared(slow));
            assert!(futures::poll!(&mut statement).is_pending());
            drop(statement);
            tx.commit().await
        })
    };
    let third = in_the_queue(&db, "third");
    let_them_queue().await;
    first.commit().await.unwrap();
    assert!(second.await.unwrap().unwrap_err().is_unavailable());
    third.await.unwrap().unwrap();
    assert_eq!(kept(db.reader()).await, ["first", "third"]);
    db.close().await;
}

/// Reads that need a consistent snapshot run in a transaction of a reader.
#[tokio::test]
async fn a_reader_whose_transaction_failed_is_replaced() {
    use sea_orm::TransactionTrait as _;
    let (_folder, db) = open().await;
    let moment = db.reader().begin().await.unwrap();
    // Ends it without the driver's knowledge, as SQLite does after an error.
    moment.execute_unprepared("ROLLBACK").await.unwrap();
    moment.commit().await.unwrap_err();
    for name in ["a", "b", "c"] {
        in_the_queue(&db, name).await.unwrap().unwrap();
        let moment = db.reader().begin().await.unwrap();
        assert_eq!(kept(&moment).await.last().unwrap(), name);
        moment.rollback().await.unwrap();
    }
    db.close().await;
}

#[tokio::test]
async fn a_database_that_refuses_writes_fails_the_health_check_until_it_takes_them() {
    let (_folder, db) = open().await;
    db.migrate::<crate::migrations::Migrator>().await.unwrap();
    db.ping().await.unwrap();
    let pages = "PRAGMA page_count";
    let statement = Statement::from_string(db.backend(), pages);
    let row = db.writer().query_one_raw(statement).await.unwrap().unwrap();
    let pages: i64 = row.try_get_by_index(0).unwrap();
    let limit = format!("PRAGMA max_page_count = {}", pages + 2);
    db.writer().execute_unprepared(&limit).await.unwrap();
    let tx = begin(&db).await;
    insert_too_much(&tx).await.unwrap_err();
    drop(tx);
    // The limit was a setting of the old connection.
    db.writer().execute_unprepared(&limit).await.unwrap();
    assert!(db.ping().await.unwrap_err().is_unavailable());
    db.ping().await.unwrap();
    db.close().await;
}
