//! What both implementations guarantee.

use std::{collections::HashSet, sync::Arc, time::Duration};

use futures::StreamExt as _;
use tokio::sync::Semaphore;
use uuid::Uuid;
use waybill_bus::{BusError, Envelope, Settled};

use crate::support::*;

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod in_process {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(world) = crate::support::World::in_process().await {
                    super::$name(world).await;
                }
            })+
        }
        mod jetstream {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(world) = crate::support::World::jetstream().await {
                    super::$name(world).await;
                }
            })+
        }
    };
}

on_both!(
    an_event_arrives_whole,
    an_aggregates_events_arrive_in_order_and_once,
    an_id_published_twice_is_delivered_once,
    an_event_published_again_is_delivered_again,
    what_is_not_settled_is_delivered_again_before_its_successors,
    a_panic_is_like_not_settled,
    two_consumers_both_get_everything,
    a_consumer_gets_only_its_subjects,
    other_aggregates_do_not_wait_for_a_slow_one,
    a_stopped_consumer_goes_on_where_it_was,
    a_tail_sees_matching_events_from_now_on,
    a_tail_that_nobody_reads_blocks_nobody,
    invalid_events_and_consumers_are_refused,
);

async fn an_event_published_again_is_delivered_again(world: World) {
    let recorder = Recorder::new();
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let sent = event(PLACED, Uuid::now_v7(), 1);
    let first = world.bus.publish(sent.clone()).await.unwrap();
    let again = world.bus.publish_again(sent.clone()).await.unwrap();
    assert!(again.sequence > first.sequence);
    assert_eq!(recorder.wait_for(2).await, [sent.clone(), sent]);
}

async fn an_event_arrives_whole(world: World) {
    let recorder = Recorder::new();
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let sent = Envelope {
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        request_id: Some("request-1".to_owned()),
        actor: Some(Uuid::now_v7().to_string()),
        payload: vec![0, 255, 10, 13].into(),
        ..event(PLACED, Uuid::now_v7(), 7)
    };
    world.bus.publish(sent.clone()).await.unwrap();
    assert_eq!(recorder.wait_for(1).await, [sent]);
}

async fn an_aggregates_events_arrive_in_order_and_once(world: World) {
    // Some events take longer than their successors.
    let recorder = Recorder::scripted(|event, _| async move {
        for _ in 0..event.id.uuid().as_u128() % 7 {
            tokio::task::yield_now().await;
        }
        Settled::Done
    });
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let events = events(100, 20);
    publish_all(&world.bus, &events).await;
    let done = recorder.wait_for(events.len()).await;
    assert_eq!(versions(&done), versions(&events));
}

async fn an_id_published_twice_is_delivered_once(world: World) {
    let recorder = Recorder::new();
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let order = Uuid::now_v7();
    let (twice, last) = (event(PLACED, order, 1), event(PLACED, order, 2));
    let first = world.bus.publish(twice.clone()).await.unwrap();
    let second = world.bus.publish(twice.clone()).await.unwrap();
    assert_eq!(first, second);
    world.bus.publish(last.clone()).await.unwrap();
    let done = recorder.wait_for_event(&last).await;
    assert_eq!(done, [twice, last]);
}

async fn what_is_not_settled_is_delivered_again_before_its_successors(world: World) {
    let recorder = Recorder::scripted(|_, call| async move {
        if call < 2 {
            Settled::Later
        } else {
            Settled::Done
        }
    });
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let events = events(1, 5);
    publish_all(&world.bus, &events).await;
    assert_eq!(recorder.wait_for(5).await, events);
    assert_eq!(recorder.calls(), 7);
}

async fn a_panic_is_like_not_settled(world: World) {
    let recorder = Recorder::scripted(|_, call| async move {
        assert!(call > 0, "the handler's first call panics on purpose");
        Settled::Done
    });
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let events = events(1, 3);
    publish_all(&world.bus, &events).await;
    assert_eq!(recorder.wait_for(3).await, events);
}

async fn two_consumers_both_get_everything(world: World) {
    let (payment, chat) = (Recorder::new(), Recorder::new());
    let _payment = consume(&world.bus, spec("payment-orders", &[PLACED]), &payment).await;
    let _chat = consume(&world.bus, spec("chat-orders", &[PLACED]), &chat).await;
    let events = events(10, 10);
    publish_all(&world.bus, &events).await;
    for recorder in [payment, chat] {
        let done = recorder.wait_for(events.len()).await;
        assert_eq!(versions(&done), versions(&events));
    }
}

async fn a_consumer_gets_only_its_subjects(world: World) {
    let order = Uuid::now_v7();
    let sent = [
        event(PLACED, order, 1),
        event(PRODUCT, order, 2),
        event(PAID, order, 3),
        event("waybill.order.stock.changed", order, 4),
    ];
    for (durable, subjects, expected) in [
        ("one", vec![PLACED], vec![1]),
        ("star", vec!["waybill.order.order.*"], vec![1, 3]),
        ("rest", vec!["waybill.order.>"], vec![1, 2, 3, 4]),
        ("two", vec![PAID, PRODUCT], vec![2, 3]),
        ("uneven", vec!["waybill.order.stock.>", PLACED], vec![1, 4]),
    ] {
        let recorder = Recorder::new();
        let consumer = consume(&world.bus, spec(durable, &subjects), &recorder).await;
        let events = sent
            .clone()
            .map(|it| event(&it.subject, order, it.aggregate_version));
        publish_all(&world.bus, &events).await;
        let expected: Vec<_> = events
            .iter()
            .filter(|it| expected.contains(&it.aggregate_version))
            .cloned()
            .collect();
        let done = recorder.wait_for_all(&expected).await;
        consumer.stop().await;
        // JetStream also delivers earlier events to a new consumer; none of them may be of another subject.
        let others = |it: &&Envelope| !expected.iter().any(|want| want.subject == it.subject);
        assert_eq!(done.iter().find(others), None, "{durable}");
        // The durable in the embedded shape stays registered; replace it so that the next round is not refused.
        let _successor = consume(&world.bus, spec(durable, &subjects), &Recorder::new()).await;
    }
}

async fn other_aggregates_do_not_wait_for_a_slow_one(world: World) {
    let gate = Arc::new(Semaphore::new(0));
    let slow = event(PLACED, Uuid::now_v7(), 1);
    let (slow_id, opened) = (slow.id, Arc::clone(&gate));
    let recorder = Recorder::scripted(move |event, _| {
        let opened = Arc::clone(&opened);
        async move {
            if event.id == slow_id {
                let _ = opened.acquire().await;
            }
            Settled::Done
        }
    });
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let bus = Arc::clone(&world.bus);
    let first = slow.clone();
    let slow_publish = tokio::spawn(async move { bus.publish(first).await });
    until("the slow event is at the handler", || async {
        recorder.calls() == 1
    })
    .await;
    let others = events(5, 2);
    publish_all(&world.bus, &others).await;
    let done = recorder.wait_for(others.len()).await;
    assert_eq!(versions(&done), versions(&others));
    gate.add_permits(1);
    slow_publish.await.unwrap().unwrap();
    recorder.wait_for_event(&slow).await;
}

async fn a_stopped_consumer_goes_on_where_it_was(world: World) {
    let spec = || spec("payment-orders", &[PLACED]);
    let before = Recorder::scripted(|_, _| async { Settled::Later });
    let consumer = consume(&world.bus, spec(), &before).await;
    let token = consumer.token();
    let events = events(1, 3);
    let publishing = {
        let (bus, events) = (Arc::clone(&world.bus), events.clone());
        tokio::spawn(async move {
            for event in &events {
                publish_until_accepted(&bus, event).await;
            }
        })
    };
    until("the first event is at the handler", || async {
        before.calls() > 0
    })
    .await;
    token.cancel();
    consumer.stop().await;
    assert_eq!(before.done(), []);

    let after = Recorder::new();
    let _consumer = consume(&world.bus, spec(), &after).await;
    let mut done = after.wait_for_all(&events).await;
    // What was not settled when the consumer stopped may be delivered more than once.
    let mut seen = HashSet::new();
    done.retain(|event| seen.insert(event.id));
    assert_eq!(done, events);
    publishing.await.unwrap();
}

async fn a_tail_sees_matching_events_from_now_on(world: World) {
    let order = Uuid::now_v7();
    let early = event(PLACED, order, 1);
    world.bus.publish(early).await.unwrap();
    // The patterns overlap; each event still comes once.
    let patterns = vec!["waybill.order.order.*".to_owned(), PLACED.to_owned()];
    let first = world.bus.tail(patterns.clone()).await.unwrap();
    let second = world.bus.tail(patterns).await.unwrap();
    let sent = [
        event(PLACED, order, 2),
        event(PRODUCT, order, 3),
        event(PAID, order, 4),
        event(PLACED, order, 5),
    ];
    publish_all(&world.bus, &sent).await;
    for tail in [first, second] {
        let seen = tail.take(3).collect::<Vec<_>>();
        let seen = tokio::time::timeout(PATIENCE, seen).await.unwrap();
        assert_eq!(versions(&seen)[&order], [2, 4, 5]);
    }
}

async fn a_tail_that_nobody_reads_blocks_nobody(world: World) {
    let _tail = world.bus.tail(vec![PLACED.to_owned()]).await.unwrap();
    let all = events(100, 100);
    let published = publish_all(&world.bus, &all);
    let published = tokio::time::timeout(Duration::from_secs(30), published).await;
    assert!(published.is_ok());
}

async fn invalid_events_and_consumers_are_refused(world: World) {
    for subject in [
        "waybill.order.order.*",
        "waybill.order..placed",
        "other.order.order.placed",
    ] {
        let refused = world.bus.publish(event(subject, Uuid::now_v7(), 1)).await;
        assert!(
            matches!(refused, Err(BusError::Rejected { .. })),
            "{subject}"
        );
    }
    let foreign = Envelope {
        source: "payment".to_owned(),
        ..event(PLACED, Uuid::now_v7(), 1)
    };
    let refused = world.bus.publish(foreign).await;
    assert!(matches!(refused, Err(BusError::Rejected { .. })));
    for (durable, subjects) in [
        ("with.dot", &[PLACED][..]),
        ("", &[PLACED][..]),
        ("fine", &[][..]),
        ("fine", &["waybill.>.placed"][..]),
        ("fine", &["order.>"][..]),
    ] {
        let refused = world.bus.consume(
            spec(durable, subjects),
            Recorder::new(),
            waybill_bus::CancellationToken::new(),
        );
        assert!(
            matches!(refused.await, Err(BusError::Config { .. })),
            "{durable} {subjects:?}"
        );
    }
    assert!(world.bus.tail(vec![]).await.is_err());
}
