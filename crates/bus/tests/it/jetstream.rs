//! What only JetStream has: streams and their settings, headers, namespaces, deadlines of acknowledgement.

use std::{sync::Arc, time::Duration};

use futures::StreamExt as _;
use uuid::Uuid;
use waybill_bus::{Bus, BusError, Envelope, NatsAuth, NatsConfig, Settled, StreamState};
use waybill_testkit::NatsServer;

use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_stream_is_named_and_can_be_made() {
    let Some(server) = NatsServer::start().await else {
        return;
    };
    let bus = connect(&NatsConfig::new(server.url())).await;
    let missing = |error| match error {
        BusError::StreamMissing { stream } => stream,
        other => panic!("{other}"),
    };
    let first = event(PLACED, Uuid::now_v7(), 1);
    let refused = bus.publish(first.clone()).await.unwrap_err();
    assert_eq!(missing(refused), "WAYBILL_ORDER");
    let refused = bus.stream_state("order").await.unwrap_err();
    assert_eq!(missing(refused), "WAYBILL_ORDER");

    let made = bus.ensure_stream("order").await.unwrap();
    assert_eq!(
        (made.last_sequence, bus.stream_state("order").await.unwrap()),
        (0, made)
    );
    assert_eq!(bus.publish(first).await.unwrap().sequence, 1);
    let state = bus.ensure_stream("order").await.unwrap();
    assert_eq!((state.first_sequence, state.last_sequence), (1, 1));
    assert_eq!(state.created, made.created);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ensure_stream_brings_settings_up_to_date_and_keeps_events() {
    let Some(world) = World::jetstream().await else {
        return;
    };
    publish_all(&world.bus, &events(1, 3)).await;
    let before = world.bus.stream_state("order").await.unwrap();
    let server = world.server.as_ref().unwrap();
    let shorter = NatsConfig {
        max_age: Duration::from_hours(1),
        duplicate_window: Duration::from_secs(30),
        ..NatsConfig::new(server.url())
    };
    let after = connect(&shorter)
        .await
        .ensure_stream("order")
        .await
        .unwrap();
    let max_age = Some(shorter.max_age);
    assert_eq!(after, StreamState { max_age, ..before });
    let stream = server.jetstream().await.get_stream("WAYBILL_ORDER").await;
    let config = stream.unwrap().cached_info().config.clone();
    assert_eq!(
        (config.max_age, config.duplicate_window, config.subjects),
        (
            shorter.max_age,
            shorter.duplicate_window,
            vec!["waybill.order.>".to_owned()]
        )
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_carry_cloud_events_headers_in_their_namespace() {
    let Some(server) = NatsServer::start().await else {
        return;
    };
    let config = |namespace: &str| NatsConfig {
        namespace: namespace.to_owned(),
        ..NatsConfig::new(server.url())
    };
    let (one, two) = (connect(&config("one")).await, connect(&config("two")).await);
    one.ensure_stream("order").await.unwrap();
    two.ensure_stream("order").await.unwrap();
    let client = async_nats::connect(server.url()).await.unwrap();
    let mut raw = client.subscribe("*.order.>").await.unwrap();
    client.flush().await.unwrap();
    let mut foreign = two.tail(vec!["waybill.>".to_owned()]).await.unwrap();

    let sent = Envelope {
        traceparent: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
        request_id: Some("line\nbreak".to_owned()),
        ..event(PLACED, Uuid::now_v7(), 3)
    };
    one.publish(sent.clone()).await.unwrap();
    let message = tokio::time::timeout(PATIENCE, raw.next())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(message.subject.as_str(), "one.order.order.placed");
    let headers = message.headers.unwrap();
    let header = |name: &str| headers.get(name).map(ToString::to_string);
    for (name, value) in [
        ("Nats-Msg-Id", sent.id.to_string()),
        ("ce-id", sent.id.to_string()),
        ("ce-specversion", "1.0".to_owned()),
        ("ce-type", PLACED.to_owned()),
        ("ce-source", "order".to_owned()),
        ("ce-subject", sent.aggregate_id.to_string()),
        ("ce-time", sent.time.to_string()),
        ("waybill-version", "3".to_owned()),
        ("traceparent", sent.traceparent.unwrap()),
    ] {
        assert_eq!(header(name), Some(value), "{name}");
    }
    assert_eq!(
        (header("waybill-request-id"), header("waybill-actor")),
        (None, None)
    );

    // The other namespace saw none of it: its own event is the first there.
    let own = event(PAID, Uuid::now_v7(), 1);
    two.publish(own.clone()).await.unwrap();
    let seen = tokio::time::timeout(PATIENCE, foreign.next())
        .await
        .unwrap();
    assert_eq!(seen, Some(own));
    assert_eq!(two.stream_state("order").await.unwrap().last_sequence, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_may_start_before_its_stream_exists() {
    let Some(server) = NatsServer::start().await else {
        return;
    };
    let bus: Arc<dyn Bus> = connect(&NatsConfig::new(server.url())).await;
    let recorder = Recorder::new();
    let _consumer = consume(&bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let events = events(3, 3);
    for event in &events {
        publish_until_accepted(&bus, event).await;
    }
    let done = recorder.wait_for(events.len()).await;
    assert_eq!(versions(&done), versions(&events));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_durables_subjects_can_change() {
    let Some(world) = World::jetstream().await else {
        return;
    };
    let recorder = Recorder::new();
    let consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let order = Uuid::now_v7();
    publish_all(&world.bus, &[event(PLACED, order, 1)]).await;
    recorder.wait_for(1).await;
    consumer.stop().await;
    let _consumer = consume(
        &world.bus,
        spec("payment-orders", &[PLACED, PAID]),
        &recorder,
    )
    .await;
    // No earlier event has a subject that is new to the durable.
    let context = world.server.as_ref().unwrap().jetstream().await;
    let stream = context.get_stream("WAYBILL_ORDER").await.unwrap();
    until("the durable is widened", async || {
        let durable = stream.consumer_info("payment-orders").await;
        durable.is_ok_and(|info| info.config.filter_subjects == [PLACED, PAID])
    })
    .await;
    publish_all(
        &world.bus,
        &[event(PAID, order, 2), event(PLACED, order, 3)],
    )
    .await;
    let done = recorder.wait_for(3).await;
    assert_eq!(versions(&done)[&order], [1, 2, 3]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_may_take_longer_than_the_server_waits() {
    let Some(server) = NatsServer::start().await else {
        return;
    };
    let config = NatsConfig {
        ack_wait: Duration::from_secs(2),
        concurrency: 1,
        ..NatsConfig::new(server.url())
    };
    let bus: Arc<dyn Bus> = connect(&config).await;
    bus.ensure_stream("order").await.unwrap();
    // The second event waits in the queue, the first is being handled: both longer than ack_wait.
    let recorder = Recorder::scripted(|_, _| async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        Settled::Done
    });
    let _consumer = consume(&bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let events = events(2, 1);
    publish_all(&bus, &events).await;
    recorder.wait_for(2).await;
    let last = event(PLACED, Uuid::now_v7(), 1);
    bus.publish(last.clone()).await.unwrap();
    recorder.wait_for_event(&last).await;
    assert_eq!(recorder.calls(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_no_event_is_skipped() {
    let Some(world) = World::jetstream().await else {
        return;
    };
    let recorder = Recorder::new();
    let _consumer = consume(&world.bus, spec("payment-orders", &[PLACED]), &recorder).await;
    let context = world.server.as_ref().unwrap().jetstream().await;
    let stray = context
        .publish(PLACED, "not an event".into())
        .await
        .unwrap();
    stray.await.unwrap();
    let events = events(1, 2);
    publish_all(&world.bus, &events).await;
    assert_eq!(recorder.wait_for(2).await, events);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_is_too_large_is_refused_for_good() {
    let Some(world) = World::jetstream().await else {
        return;
    };
    let large = Envelope {
        payload: vec![0; 2 << 20].into(),
        ..event(PLACED, Uuid::now_v7(), 1)
    };
    let refused = world.bus.publish(large).await;
    assert!(matches!(refused, Err(BusError::Rejected { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_and_password_or_a_token_give_access() {
    let user = NatsAuth::UserPassword {
        user: "waybill".to_owned(),
        password: "secret".to_owned(),
    };
    let token = NatsAuth::Token("secret".to_owned());
    for (authorization, key, wrong) in [
        (
            "authorization: { user: waybill, password: secret }",
            user,
            &token,
        ),
        (
            "authorization: { token: secret }",
            token.clone(),
            &NatsAuth::Url,
        ),
    ] {
        let Some(server) = NatsServer::start_with(authorization).await else {
            return;
        };
        let config = |auth: &NatsAuth| NatsConfig {
            auth: auth.clone(),
            ..NatsConfig::new(server.url())
        };
        let bus = connect(&config(&key)).await;
        bus.ensure_stream("order").await.unwrap();
        let outside = waybill_bus::JetStreamBus::connect(&config(wrong)).await;
        assert!(!outside.unwrap().healthy().await, "{authorization}");
        assert!(!format!("{key:?}").contains("secret"));
    }
}

#[tokio::test]
async fn a_url_may_hold_the_user_and_the_password() {
    let authorization = "authorization: { user: waybill, password: \"s@cret\" }";
    let Some(server) = NatsServer::start_with(authorization).await else {
        return;
    };
    let with = |credentials: &str| {
        let url = server.url();
        NatsConfig::new(url.replace("nats://", &format!("nats://{credentials}@")))
    };
    let bus = connect(&with("waybill:s%40cret")).await;
    bus.ensure_stream("order").await.unwrap();
    let outside = waybill_bus::JetStreamBus::connect(&with("waybill:wrong")).await;
    assert!(!outside.unwrap().healthy().await);
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let fine = || NatsConfig::new("nats://127.0.0.1:4222");
    let faulty = [
        NatsConfig::new("nats://not a host"),
        NatsConfig {
            namespace: "Way.Bill".to_owned(),
            ..fine()
        },
        NatsConfig {
            replicas: 0,
            ..fine()
        },
        NatsConfig {
            concurrency: 0,
            ..fine()
        },
        NatsConfig {
            duplicate_window: Duration::from_hours(24 * 30),
            ..fine()
        },
        NatsConfig {
            auth: NatsAuth::Credentials("/does/not/exist".into()),
            ..fine()
        },
    ];
    for config in faulty {
        let refused = waybill_bus::JetStreamBus::connect(&config).await.err();
        assert!(
            matches!(refused, Some(BusError::Config { .. })),
            "{config:?}: {refused:?}"
        );
    }
}
