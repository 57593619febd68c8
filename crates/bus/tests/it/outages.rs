//! What JetStream's clients must survive: a killed server, a lost store, a deleted stream, a killed consumer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt as _, future::join_all};
use uuid::Uuid;
use waybill_bus::{Bus, BusError, CancellationToken, ConsumerSpec, Envelope, NatsConfig};

use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_server_nothing_hangs_and_everything_comes_back() {
    let Some(mut world) = World::jetstream().await else {
        return;
    };
    let bus = Arc::clone(&world.bus);
    assert!(bus.healthy().await);
    world.server().kill();
    let waited = tokio::time::Instant::now();
    let sent = event(PLACED, Uuid::now_v7(), 1);
    let refused = bus.publish(sent.clone()).await;
    assert!(
        matches!(refused, Err(BusError::Unavailable { .. })),
        "{refused:?}"
    );
    assert!(!bus.healthy().await);
    let refused = bus.stream_state("order").await;
    assert!(
        matches!(refused, Err(BusError::Unavailable { .. })),
        "{refused:?}"
    );
    assert!(waited.elapsed() < Duration::from_secs(25));

    world.server().restart().await;
    publish_until_accepted(&bus, &sent).await;
    until("the bus is healthy again", || bus.healthy()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_stops_without_its_server() {
    let Some(mut world) = World::jetstream().await else {
        return;
    };
    let (recorder, sent) = (Recorder::new(), event(PLACED, Uuid::now_v7(), 1));
    let consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    world.bus.publish(sent.clone()).await.unwrap();
    recorder.wait_for_event(&sent).await;
    world.server().kill();
    let stopped = tokio::time::timeout(Duration::from_secs(40), consumer.stop()).await;
    assert!(stopped.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_may_connect_before_its_server_is_there() {
    let Some(mut world) = World::jetstream().await else {
        return;
    };
    world.server().kill();
    let config = NatsConfig::new(world.server().url());
    let early: Arc<dyn Bus> = waybill_bus::JetStreamBus::connect(&config).await.unwrap();
    assert!(!early.healthy().await);
    let recorder = Recorder::new();
    let _consumer = consume(&early, spec("payment-orders", &[PLACED]), &recorder).await;
    world.server().restart().await;
    let sent = event(PLACED, Uuid::now_v7(), 1);
    publish_until_accepted(&early, &sent).await;
    recorder.wait_for_event(&sent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_starts_before_its_stream_finds_it_soon() {
    let Some(world) = World::jetstream().await else {
        return;
    };
    let mut took = Vec::new();
    // A doubling pause would have grown to 2 s by then. A slow machine may take long for other reasons, but not each time.
    for source in ["payment", "chat", "auth"] {
        let recorder = Recorder::new();
        let subject = format!("waybill.{source}.thing.made");
        let spec = ConsumerSpec {
            source: source.to_owned(),
            ..spec(&format!("order-{source}"), &[&subject])
        };
        let _consumer = consume(&world.bus, spec, &recorder).await;
        tokio::time::sleep(Duration::from_millis(3_300)).await;
        world.bus.ensure_stream(source).await.unwrap();
        let there = tokio::time::Instant::now();
        let sent = event(&subject, Uuid::now_v7(), 1);
        world.bus.publish(sent.clone()).await.unwrap();
        recorder.wait_for_event(&sent).await;
        took.push(there.elapsed());
        if there.elapsed() < Duration::from_secs(1) {
            return;
        }
    }
    panic!("{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_under_load_loses_and_reorders_nothing() {
    let Some(mut world) = World::jetstream().await else {
        return;
    };
    let recorder = Recorder::new();
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let all: Arc<Vec<Envelope>> = Arc::new(events(20, 60));
    let sent = Arc::new(AtomicUsize::new(0));
    let publishing: Vec<_> = versions(&all)
        .into_keys()
        .map(|aggregate| {
            let (bus, all, sent) = (Arc::clone(&world.bus), Arc::clone(&all), Arc::clone(&sent));
            tokio::spawn(async move {
                for event in all.iter().filter(|it| it.aggregate_id == aggregate) {
                    publish_until_accepted(&bus, event).await;
                    sent.fetch_add(1, Ordering::SeqCst);
                }
            })
        })
        .collect();
    for part in 1..=3 {
        until("a part was published", || async {
            sent.load(Ordering::SeqCst) >= all.len() * part / 4
        })
        .await;
        world.server().restart().await;
    }
    for publisher in join_all(publishing).await {
        publisher.unwrap();
    }
    let done = recorder.wait_for_all(&all).await;
    assert_eq!(first_versions(&done), versions(&all));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_deleted_under_a_running_consumer_is_consumed_again_once_it_is_back() {
    let Some(world) = World::jetstream().await else {
        return;
    };
    let recorder = Recorder::new();
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let all = events(5, 10);
    let (before, after) = all.split_at(25);
    publish_all(&world.bus, before).await;
    recorder.wait_for_all(before).await;
    let old = world.bus.stream_state("order").await.unwrap();

    world
        .server
        .as_ref()
        .unwrap()
        .delete_stream("WAYBILL_ORDER")
        .await;
    let gone = world.bus.publish(after[0].clone()).await;
    assert!(
        matches!(gone, Err(BusError::StreamMissing { .. })),
        "{gone:?}"
    );
    let new = world.bus.ensure_stream("order").await.unwrap();
    assert!(new.created > old.created && new.last_sequence == 0);
    // As the relay does: refilled from the start.
    publish_all(&world.bus, &all).await;
    let done = recorder.wait_for_all(&all).await;
    assert_eq!(first_versions(&done), versions(&all));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_lost_its_store_is_consumed_and_tailed_again() {
    let Some(mut world) = World::jetstream().await else {
        return;
    };
    let recorder = Recorder::new();
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let mut tail = world.bus.tail(vec![PLACED.to_owned()]).await.unwrap();
    let before = events(3, 3);
    publish_all(&world.bus, &before).await;
    recorder.wait_for_all(&before).await;
    for _ in &before {
        tail.next().await.unwrap();
    }

    let mut losses = world.bus.tail_losses();
    losses.mark_unchanged();
    world.server().wipe();
    world.server().restart().await;
    let after = events(3, 3);
    for event in &after {
        publish_until_accepted(&world.bus, event).await;
    }
    let done = recorder.wait_for_all(&after).await;
    assert_eq!(versions(&done[before.len()..]), versions(&after));
    let last = after.last().unwrap();
    let seen = async { while tail.next().await.unwrap().id != last.id {} };
    tokio::time::timeout(PATIENCE, seen).await.unwrap();
    let notified = tokio::time::timeout(PATIENCE, losses.changed()).await;
    assert!(
        notified.unwrap().is_ok(),
        "the tail reports that events may be lost"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tail_sees_everything_again_once_the_end_of_a_gap_is_counted() {
    let Some(mut world) = World::jetstream().await else {
        return;
    };
    let mut tail = world.bus.tail(vec![PLACED.to_owned()]).await.unwrap();
    let other: Arc<dyn Bus> = connect(&NatsConfig::new(world.server().url())).await;
    let mut losses = world.bus.tail_losses();
    for connection in 1..=4 {
        let counted = losses.wait_for(|count| *count >= 2 * connection);
        tokio::time::timeout(PATIENCE, counted)
            .await
            .unwrap()
            .unwrap();
        let sent = event(PLACED, Uuid::now_v7(), 1);
        publish_until_accepted(&other, &sent).await;
        let seen = tokio::time::timeout(PATIENCE, tail.next()).await;
        assert_eq!(seen.unwrap().unwrap().id, sent.id);
        world.server().kill();
        world.server().restart().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_was_set_back_shows_it() {
    let Some(mut world) = World::jetstream().await else {
        return;
    };
    let recorder = Recorder::new();
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let all = events(2, 10);
    let (early, late) = all.split_at(10);
    publish_all(&world.bus, early).await;
    recorder.wait_for_all(early).await;
    let snapshot = world.server().snapshot();
    world.server().restart().await;
    for event in late {
        publish_until_accepted(&world.bus, event).await;
    }
    recorder.wait_for_all(late).await;
    assert_eq!(
        world.bus.stream_state("order").await.unwrap().last_sequence,
        20
    );

    world.server().roll_back(&snapshot);
    world.server().restart().await;
    until("the bus is back", || world.bus.healthy()).await;
    assert_eq!(
        world.bus.stream_state("order").await.unwrap().last_sequence,
        10
    );
    let newest = event(PLACED, all[0].aggregate_id, 11);
    for event in late.iter().chain([&newest]) {
        publish_until_accepted(&world.bus, event).await;
    }
    let done = recorder.wait_for_event(&newest).await;
    let mut expected = versions(&all);
    expected.get_mut(&newest.aggregate_id).unwrap().push(11);
    assert_eq!(first_versions(&done), expected);
}

#[test]
fn what_a_killed_process_held_comes_at_once_and_in_order() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap()
    };
    let survivor = runtime();
    let Some(world) = survivor.block_on(World::jetstream()) else {
        return;
    };
    let url = world.server.as_ref().unwrap().url();
    let all = events(10, 5);
    survivor.block_on(publish_all(&world.bus, &all));

    // A process that takes events, never settles them and disappears.
    let doomed = runtime();
    doomed.block_on(async {
        let bus: Arc<dyn Bus> = connect(&NatsConfig::new(url)).await;
        let hanging = Recorder::scripted(|_, _| std::future::pending());
        let task = bus
            .consume(
                spec("payment-orders", &[PLACED]),
                Arc::clone(&hanging) as _,
                CancellationToken::new(),
            )
            .await
            .unwrap();
        until("it holds events of every aggregate", || async {
            hanging.calls() == 10
        })
        .await;
        drop(task);
    });
    doomed.shutdown_background();

    survivor.block_on(async {
        let recorder = Recorder::new();
        let started = tokio::time::Instant::now();
        let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
        let done = recorder.wait_for_all(&all).await;
        assert_eq!(first_versions(&done), versions(&all));
        // The server alone would have waited for 30 s.
        assert!(started.elapsed() < Duration::from_secs(25));
    });
}
