//! What a transaction writes with its commit: new rows, and rows that may exist.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, QueryOrder as _};
use tokio::task::JoinSet;
use uuid::Uuid;
use waybill_proto::order::ProductChanged;
use waybill_store::{
    Db, EventContext, Existing, Grouped, GroupedWrite, StoreError, Tx, backlog, transact,
};

use crate::support::{for_each_database, open, thing};

use thing::{Column, Model as Thing};

fn things(names: &[Option<&str>], version: i64) -> Vec<Thing> {
    let rows = names.iter().enumerate().map(|(index, name)| Thing {
        id: Uuid::from_u128(index as u128),
        name: name.map(str::to_owned),
        units: 10 * version,
        version,
    });
    rows.collect()
}

async fn stored(db: &Db) -> Vec<(Option<String>, i64, i64)> {
    let rows = thing::Entity::find().order_by_asc(Column::Id);
    let rows = rows.all(db.reader()).await.unwrap();
    let row = |row: Thing| (row.name, row.units, row.version);
    rows.into_iter().map(row).collect()
}

/// Writes the rows in a transaction of their own, and, with `after_another`, in one that has run another statement.
async fn write(db: &Db, after_another: bool, rows: Vec<Thing>, existing: &Existing<Column>) {
    let context = EventContext::default();
    let written = transact!(db, &context, async |tx| {
        if after_another {
            tx.conn().execute_unprepared("DELETE FROM tallies").await?;
        }
        tx.defer_upsert(rows.clone(), existing.clone());
        tx.emit(Uuid::now_v7(), 1, &ProductChanged::default());
        Ok::<_, StoreError>(())
    });
    written.await.unwrap();
}

#[tokio::test]
async fn existing_rows_are_kept_replaced_renewed_or_summed() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        for after_another in [false, true] {
            let context = EventContext::default();
            let cleared = transact!(db, &context, async |tx| {
                thing::Entity::delete_many().exec(tx.conn()).await?;
                Ok::<_, StoreError>(())
            });
            cleared.await.unwrap();

            write(
                &db,
                after_another,
                things(&[Some("a"), None], 1),
                &Existing::Kept,
            )
            .await;
            let all = &[None, Some("b"), Some("c")];
            write(&db, after_another, things(all, 2), &Existing::Kept).await;
            let row =
                |name: Option<&str>, units, version| (name.map(str::to_owned), units, version);
            let first = [
                row(Some("a"), 10, 1),
                row(None, 10, 1),
                row(Some("c"), 20, 2),
            ];
            assert_eq!(stored(&db).await, first);

            // Only the named columns, whatever the version.
            let name = Existing::Replaced(vec![Column::Name]);
            write(&db, after_another, things(&[None, Some("d")], 0), &name).await;
            let replaced = [
                row(None, 10, 1),
                row(Some("d"), 10, 1),
                row(Some("c"), 20, 2),
            ];
            assert_eq!(stored(&db).await, replaced);

            // Only older rows; of two rows with the same key the last one counts.
            let renew = Existing::Renewed {
                version: Column::Version,
                columns: vec![Column::Name],
            };
            let newer = things(&[Some("e"), Some("f"), Some("g")], 2);
            let twice = newer.into_iter().flat_map(|row| {
                let earlier = Thing {
                    name: None,
                    version: 1,
                    ..row.clone()
                };
                [earlier, row]
            });
            write(&db, after_another, twice.collect(), &renew).await;
            let renewed = [
                row(Some("e"), 10, 2),
                row(Some("f"), 10, 2),
                row(Some("c"), 20, 2),
            ];
            assert_eq!(stored(&db).await, renewed);

            let sum = Existing::Summed(vec![Column::Units]);
            write(
                &db,
                after_another,
                things(&[None, None, None, None], 3),
                &sum,
            )
            .await;
            let summed = [
                row(Some("e"), 40, 2),
                row(Some("f"), 40, 2),
                row(Some("c"), 50, 2),
                row(None, 30, 3),
            ];
            assert_eq!(stored(&db).await, summed);
        }
        assert_eq!(backlog(&db).await.unwrap(), 10);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_written_early_is_seen_by_its_transaction_and_rolled_back_with_it() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let tx = db.begin(&EventContext::default()).await.unwrap();
        tx.defer(things(&[Some("early")], 1));
        tx.write_deferred().await.unwrap();
        let seen = thing::Entity::find().all(tx.conn()).await.unwrap();
        assert_eq!(seen.len(), 1);
        tx.defer(things(&[None], 1));
        let refused = tx.commit().await;
        assert!(
            matches!(refused, Err(StoreError::Unique { .. })),
            "{refused:?}"
        );
        assert_eq!(stored(&db).await, []);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_taken_value_asks_for_a_repetition_where_that_is_expected() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let context = EventContext::default();
        write(&db, false, things(&[Some("first")], 1), &Existing::Kept).await;
        let attempts = AtomicUsize::new(0);
        let written = transact!(db, &context, async |tx| {
            let attempt = attempts.fetch_add(1, Ordering::Relaxed);
            tx.retry_if_taken();
            // As if the row had been written after it was looked for.
            let taken = usize::from(attempt > 0);
            tx.defer(things(&[None, Some("second")], 1).split_off(taken));
            Ok::<_, StoreError>(())
        });
        written.await.unwrap();
        assert_eq!(attempts.into_inner(), 2);
        assert_eq!(stored(&db).await.len(), 2);
        db.close().await;
    })
    .await;
}

/// Adds rows; answers with the number of calls in the transaction.
struct AddThings;

#[async_trait]
impl GroupedWrite for AddThings {
    type Call = Thing;
    type Answer = usize;

    async fn write(&self, tx: &Tx, calls: &[Thing]) -> Result<Vec<usize>, StoreError> {
        tx.defer(calls.to_vec());
        tx.emit(Uuid::now_v7(), 1, &ProductChanged::default());
        Ok(calls.iter().map(|_| calls.len()).collect())
    }
}

#[tokio::test]
async fn one_refused_write_of_a_group_is_refused_alone() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let adding = Arc::new(Grouped::new(&db, AddThings));
        let mut calls = JoinSet::new();
        for index in 0..40_u128 {
            let adding = Arc::clone(&adding);
            calls.spawn(async move {
                // One key is taken by another call.
                let id = Uuid::from_u128(if index == 20 { 0 } else { index });
                let row = Thing {
                    id,
                    name: None,
                    units: 1,
                    version: 1,
                };
                adding.call(row).await
            });
        }
        let answers = calls.join_all().await;
        let refused = answers.iter().filter(|answer| answer.is_err()).count();
        let unique =
            |answer: &&Result<usize, StoreError>| matches!(answer, Err(StoreError::Unique { .. }));
        assert_eq!(refused, 1);
        assert_eq!(answers.iter().filter(unique).count(), 1);
        assert_eq!(stored(&db).await.len(), 39);
        assert!(backlog(&db).await.unwrap() <= 39);
        db.close().await;
    })
    .await;
}
