//! State and event commit together, or not at all.

use uuid::Uuid;
use waybill_bus::{Bus, InProcessBus};
use waybill_proto::order::ProductCreated;
use waybill_store::{EventContext, backlog};
use waybill_testkit::for_each_database;

use crate::support::{Counter, consume, count, happen, open, relay, tallies, until};

#[tokio::test]
async fn a_rollback_takes_the_events_with_it() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let tx = db.begin(&EventContext::default()).await.unwrap();
        count(&tx, "lost").await.unwrap();
        tx.emit(Uuid::now_v7(), 1, &ProductCreated::default());
        drop(tx);
        let tx = db.begin(&EventContext::default()).await.unwrap();
        tx.emit(Uuid::now_v7(), 1, &ProductCreated::default());
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

#[tokio::test]
async fn two_writers_cannot_both_take_a_version() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let aggregate = Uuid::now_v7();
        happen(&db, aggregate, 1).await;
        let tx = db.begin(&EventContext::default()).await.unwrap();
        tx.emit(aggregate, 1, &ProductCreated::default());
        let refused = tx.commit().await.unwrap_err();
        assert!(refused.is_unique(), "{refused:?}");
        db.close().await;
    })
    .await;
}

/// The process dies after the commit and before the publish: whoever starts next publishes.
#[tokio::test]
async fn what_committed_before_a_crash_is_published_after_it() {
    for_each_database(async |database| {
        let aggregate = Uuid::now_v7();
        let before = open(&database.url(), "order").await;
        for version in 1..=3 {
            happen(&before, aggregate, version).await;
        }
        // No relay ever ran here: the end of the process is all that its connections see.
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
