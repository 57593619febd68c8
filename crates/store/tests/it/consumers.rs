//! Delivered at least once by the bus, effective once; what fails for good does not block the rest.

use std::sync::{Arc, atomic::Ordering};

use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::{Bus, InProcessBus};
use waybill_proto::order::ProductChanged;
use waybill_store::{Db, EventContext, backlog, dead_letters};

use crate::support::{
    Counter, Lines, consume, for_each_database, happen, open, relay, tallies, until,
};

struct World {
    db: Db,
    bus: Arc<dyn Bus>,
    stop: CancellationToken,
    counter: Arc<Counter>,
}

async fn world(url: &str) -> World {
    let db = open(url, "order").await;
    let bus: Arc<dyn Bus> = InProcessBus::new();
    let stop = CancellationToken::new();
    let counter = Counter::new("tally");
    consume(&db, &bus, &counter, &stop).await;
    relay(&db, &bus, &stop);
    World {
        db,
        bus,
        stop,
        counter,
    }
}

#[tokio::test]
async fn an_event_that_fails_twice_takes_effect_once() {
    for_each_database(async |database| {
        let World {
            db, stop, counter, ..
        } = world(&database.url()).await;
        let stubborn = Uuid::now_v7();
        counter.failures.lock().unwrap().insert(stubborn, 2);
        happen(&db, stubborn, 1).await;
        until("the event", async || backlog(&db).await.unwrap() == 0).await;
        assert_eq!(*counter.seen.lock().unwrap(), [(stubborn, 1)]);
        let tallies = tallies(&db).await;
        // The tally of the event, and the one of the successful attempt: the failed ones were rolled back.
        assert_eq!(tallies.values().sum::<i64>(), 2, "{tallies:?}");
        assert!(dead_letters::list(&db, 10).await.unwrap().is_empty());
        stop.cancel();
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_keeps_failing_is_a_dead_letter_and_the_rest_flows() {
    for_each_database(async |database| {
        let World {
            db, stop, counter, ..
        } = world(&database.url()).await;
        let poison = Uuid::now_v7();
        counter.failures.lock().unwrap().insert(poison, 1000);
        happen(&db, poison, 1).await;
        let others: Vec<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
        for other in &others {
            happen(&db, *other, 1).await;
        }
        until("the rest", async || backlog(&db).await.unwrap() == 0).await;
        assert_eq!(counter.seen.lock().unwrap().len(), others.len());
        let letters = dead_letters::list(&db, 10).await.unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].event.aggregate_id, poison);
        assert_eq!(
            (letters[0].attempts, letters[0].error.as_str()),
            (4, "failing on request")
        );

        // The cause is fixed; an operator requests a retry.
        counter.failures.lock().unwrap().clear();
        assert_eq!(
            dead_letters::request_retry(&db, Some(letters[0].id))
                .await
                .unwrap(),
            1
        );
        until("the retry", async || {
            dead_letters::list(&db, 10).await.unwrap().is_empty()
        })
        .await;
        assert!(counter.seen.lock().unwrap().contains(&(poison, 1)));
        assert_eq!(tallies(&db).await.len(), others.len() + 2);
        stop.cancel();
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_event_that_cannot_be_understood_is_not_tried_again() {
    for_each_database(async |database| {
        let World {
            db, stop, counter, ..
        } = world(&database.url()).await;
        counter.broken.store(true, Ordering::SeqCst);
        happen(&db, Uuid::now_v7(), 1).await;
        until("the event", async || backlog(&db).await.unwrap() == 0).await;
        let letters = dead_letters::list(&db, 10).await.unwrap();
        assert_eq!((letters.len(), letters[0].attempts), (1, 1));
        // A retry that fails again keeps the letter, with one attempt more.
        dead_letters::request_retry(&db, None).await.unwrap();
        until("the retry", async || {
            dead_letters::list(&db, 10).await.unwrap()[0].attempts == 2
        })
        .await;
        stop.cancel();
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_repeated_delivery_changes_nothing() {
    for_each_database(async |database| {
        let World {
            db,
            bus,
            stop,
            counter,
        } = world(&database.url()).await;
        let aggregate = Uuid::now_v7();
        happen(&db, aggregate, 1).await;
        until("the event", async || backlog(&db).await.unwrap() == 0).await;
        let event = waybill_store::outbox_events(&db, "product", None, 1)
            .await
            .unwrap()
            .remove(0);
        let before = tallies(&db).await;
        // Another process relays the same outbox row: same id, on another bus that does not know it.
        let other: Arc<dyn Bus> = InProcessBus::new();
        consume(&db, &other, &counter, &stop).await;
        other.publish(event.clone()).await.unwrap();
        bus.publish(event).await.unwrap();
        assert_eq!(tallies(&db).await, before);
        assert_eq!(counter.seen.lock().unwrap().len(), 1);
        stop.cancel();
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn events_that_queue_are_given_together_and_one_that_fails_does_not_hold_up_the_rest() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let bus: Arc<dyn Bus> = InProcessBus::new();
        let stop = CancellationToken::new();
        let counter = Counter::new("tally");
        consume(&db, &bus, &counter, &stop).await;
        let poison = Uuid::now_v7();
        counter.failures.lock().unwrap().insert(poison, 1000);
        happen(&db, poison, 1).await;
        for _ in 0..99 {
            happen(&db, Uuid::now_v7(), 1).await;
        }
        // They wait in the outbox; the relay publishes many at once.
        relay(&db, &bus, &stop);
        until("all events", async || backlog(&db).await.unwrap() == 0).await;
        let batches = counter.batches.lock().unwrap().clone();
        assert!(
            batches.iter().all(|size| (1..=256).contains(size)),
            "{batches:?}"
        );
        assert!(!batches.is_empty());
        let tallies = tallies(&db).await;
        assert_eq!(
            tallies.values().sum::<i64>(),
            100 + 99,
            "each once: {tallies:?}"
        );
        assert_eq!(dead_letters::list(&db, 10).await.unwrap().len(), 1);
        stop.cancel();
        db.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_consumers_lines_name_the_request_and_one_says_that_the_service_works_on_it() {
    for_each_database(async |database| {
        let (lines, _guard) = Lines::capture();
        let World {
            db, stop, counter, ..
        } = world(&database.url()).await;
        let stubborn = Uuid::now_v7();
        // With the others, with fewer of them, and alone.
        counter.failures.lock().unwrap().insert(stubborn, 4);
        let request = format!("request-{stubborn}");
        let context = EventContext {
            request_id: Some(request.clone()),
            ..EventContext::default()
        };
        let tx = db.begin(&context).await.unwrap();
        for aggregate in [stubborn, Uuid::now_v7(), Uuid::now_v7()] {
            tx.emit(aggregate, 1, &ProductChanged::default());
        }
        tx.commit().await.unwrap();
        until("the events", async || backlog(&db).await.unwrap() == 0).await;
        let again = lines.with("will be tried again");
        assert!(!again.is_empty());
        let named = |line: &String| line.contains(&request) && line.contains("tally");
        assert!(again.iter().all(named), "{again:?}");
        let works = lines.with("consumed an event");
        assert_eq!(works.len(), 1, "{works:?}");
        assert!(works.iter().all(named), "{works:?}");
        stop.cancel();
        db.close().await;
    })
    .await;
}
