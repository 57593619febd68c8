//! State and event commit together, or not at all.

use uuid::Uuid;
use waybill_bus::{Bus, InProcessBus};
use waybill_proto::order::ProductChanged;
use waybill_store::{Db, DbConfig, EventContext, Retry, StoreError, backlog, optimistic, transact};
use waybill_testkit::{DatabaseKind, TestDb};

use crate::support::{
    Counter, consume, count, for_each_database, happen, open, relay, tallies, until,
};

#[tokio::test]
async fn a_rollback_takes_the_events_with_it() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let tx = db.begin(&EventContext::default()).await.unwrap();
        count(&tx, "lost").await.unwrap();
        tx.emit(Uuid::now_v7(), 1, &ProductChanged::default());
        drop(tx);
        let tx = db.begin(&EventContext::default()).await.unwrap();
        tx.emit(Uuid::now_v7(), 1, &ProductChanged::default());
        tx.rollback().await.unwrap();
        assert_eq!(backlog(&db).await.unwrap(), 0);
        assert!(tallies(&db).await.is_empty());

        happen(&db, Uuid::now_v7(), 1).await;
        assert_eq!(backlog(&db).await.unwrap(), 1);
        assert_eq!(tallies(&db).await["committed"], 1);
        db.close().await;
    })
    .await;
}

/// An error of a use case: somebody else was faster.
#[derive(Debug)]
enum Refused {
    Outrun,
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Retry for Refused {
    fn retryable(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_retryable())
    }

    fn outrun(&self) -> bool {
        matches!(self, Self::Outrun)
    }
}

#[tokio::test]
async fn what_fails_in_a_transaction_leaves_nothing() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let context = EventContext::default();
        let refused: Result<(), Refused> = transact!(db, &context, async |tx| {
            count(tx, "lost").await?;
            tx.emit(Uuid::now_v7(), 1, &ProductChanged::default());
            Err(Refused::Outrun)
        })
        .await;
        assert!(matches!(refused, Err(Refused::Outrun)));
        assert!(tallies(&db).await.is_empty());
        assert_eq!(backlog(&db).await.unwrap(), 0);
        transact!(db, &context, async |tx| {
            tx.emit(Uuid::now_v7(), 1, &ProductChanged::default());
            count(tx, "kept").await
        })
        .await
        .unwrap();
        assert_eq!(tallies(&db).await["kept"], 1);
        assert_eq!(backlog(&db).await.unwrap(), 1);
        db.close().await;
    })
    .await;
}

/// Eight callers read a number and write the next one, if it is unchanged: none of them is lost.
#[tokio::test]
async fn an_attempt_that_is_outrun_reads_again() {
    use sea_orm::ConnectionTrait as _;
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        happen(&db, Uuid::now_v7(), 1).await;
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let db = db.clone();
            callers.spawn(async move {
                let one_more = optimistic(&db, || async {
                    let known = tallies(&db).await["committed"];
                    let sql = format!(
                        "UPDATE tallies SET count = {} WHERE id = 'committed' AND count = {known}",
                        known + 1
                    );
                    transact!(db, EventContext::default(), async |tx| {
                        let written = tx.conn().execute_unprepared(&sql).await;
                        match written.map_err(StoreError::from)?.rows_affected() {
                            0 => Err(Refused::Outrun),
                            _ => Ok(()),
                        }
                    })
                    .await
                });
                one_more.await
            });
        }
        for outcome in callers.join_all().await {
            outcome.unwrap();
        }
        assert_eq!(tallies(&db).await["committed"], 9);

        let mut attempts = 0;
        let never = optimistic(&db, || {
            attempts += 1;
            async { Err::<(), _>(Refused::Outrun) }
        });
        assert!(matches!(never.await, Err(Refused::Outrun)));
        assert_eq!(attempts, 16);
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn two_writers_cannot_both_take_a_version() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let aggregate = Uuid::now_v7();
        happen(&db, aggregate, 1).await;
        let tx = db.begin(&EventContext::default()).await.unwrap();
        tx.emit(aggregate, 1, &ProductChanged::default());
        let refused = tx.commit().await.unwrap_err();
        assert!(refused.is_unique(), "{refused:?}");
        db.close().await;
    })
    .await;
}

/// Callers that give up while their transaction begins (here after every possible number of steps) undo nothing of what others
/// commit in the same group.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_begin_affects_no_other_transaction() {
    let database = TestDb::create(DatabaseKind::Sqlite).await.unwrap();
    let db = open(&database.url(), "order").await;
    let writers = (0..8).map(|writer| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut acknowledged = Vec::new();
            for round in 0..40 {
                let id = format!("{writer}-{round}");
                let tx = db.begin(&EventContext::default()).await.unwrap();
                count(&tx, &id).await.unwrap();
                if tx.commit().await.is_ok() {
                    acknowledged.push(id);
                }
            }
            acknowledged
        })
    });
    let writers: Vec<_> = writers.collect();
    for round in 0_u32.. {
        if writers.iter().all(tokio::task::JoinHandle::is_finished) {
            break;
        }
        let context = EventContext::default();
        let mut begin = Box::pin(db.begin(&context));
        for _ in 0..round % 40 {
            if futures::poll!(&mut begin).is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    let mut acknowledged = 0;
    let stored = tallies(&db).await;
    for writer in writers {
        for id in writer.await.unwrap() {
            assert!(
                stored.contains_key(&id),
                "{id} was acknowledged and is gone"
            );
            acknowledged += 1;
        }
    }
    assert_eq!(acknowledged, 8 * 40);
    db.close().await;
}

/// A writer that keeps its turn does not make others wait forever.
#[tokio::test]
async fn the_queue_for_the_writer_has_an_end() {
    let database = TestDb::create(DatabaseKind::Sqlite).await.unwrap();
    open(&database.url(), "order").await.close().await;
    let config = DbConfig {
        acquire_timeout: std::time::Duration::from_secs(2),
        ..DbConfig::new(database.url())
    };
    let db = Db::connect(&config, "order").await.unwrap();
    let slow = db.begin(&EventContext::default()).await.unwrap();
    let refused = db.begin(&EventContext::default()).await.unwrap_err();
    assert!(refused.is_unavailable(), "{refused:?}");
    slow.rollback().await.unwrap();
    happen(&db, Uuid::now_v7(), 1).await;
    db.close().await;
}

/// The process dies after the commit and before the publish: the next process publishes.
#[tokio::test]
async fn what_committed_before_a_crash_is_published_after_it() {
    for_each_database(async |database| {
        let aggregate = Uuid::now_v7();
        let before = open(&database.url(), "order").await;
        for version in 1..=3 {
            happen(&before, aggregate, version).await;
        }
        // No relay ever ran here: as after the end of a process, only the connections are closed.
        before.close().await;

        let db = open(&database.url(), "order").await;
        let bus: std::sync::Arc<dyn Bus> = InProcessBus::new();
        let stop = tokio_util::sync::CancellationToken::new();
        let counter = Counter::new("crash");
        consume(&db, &bus, &counter, &stop).await;
        relay(&db, &bus, &stop);
        until("publishing", async || backlog(&db).await.unwrap() == 0).await;
        let seen = counter.seen.lock().unwrap().clone();
        assert_eq!(seen, [(aggregate, 1), (aggregate, 2), (aggregate, 3)]);
        stop.cancel();
        db.close().await;
    })
    .await;
}
