//! Committed events arrive eventually, whatever happens to the relay and the stream.

use std::{sync::Arc, time::Duration};

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::{Bus, InProcessBus, JetStreamBus, NatsConfig, RepairAsk};
use waybill_store::{Db, backlog};
use waybill_testkit::{DatabaseKind, NatsServer, TestDb};

use crate::support::{Counter, consume, for_each_database, happen, open, relay, tallies, until};

#[tokio::test]
async fn one_relay_works_and_the_other_takes_over_when_it_dies() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let bus: Arc<dyn Bus> = InProcessBus::new();
        let stop = CancellationToken::new();
        let counter = Counter::new("tally");
        consume(&db, &bus, &counter, &stop).await;
        let (first, second) = (CancellationToken::new(), CancellationToken::new());
        relay(&db, &bus, &first);
        relay(&db, &bus, &second);
        let aggregate = Uuid::now_v7();
        for version in 1..=20 {
            happen(&db, aggregate, version).await;
        }
        until("the first events", async || {
            backlog(&db).await.unwrap() == 0
        })
        .await;
        // Whichever led: after both were stopped in turn and one is back, everything has been published, in order.
        first.cancel();
        for version in 21..=40 {
            happen(&db, aggregate, version).await;
        }
        until("the takeover", async || backlog(&db).await.unwrap() == 0).await;
        second.cancel();
        let third = CancellationToken::new();
        relay(&db, &bus, &third);
        happen(&db, aggregate, 41).await;
        until("the third", async || backlog(&db).await.unwrap() == 0).await;
        let seen: Vec<i64> = counter
            .seen
            .lock()
            .unwrap()
            .iter()
            .map(|(_, v)| *v)
            .collect();
        assert_eq!(seen, (1..=41).collect::<Vec<_>>());
        third.cancel();
        stop.cancel();
        db.close().await;
    })
    .await;
}

/// PostgreSQL with a JetStream of its own.
struct World {
    nats: NatsServer,
    _databases: [TestDb; 2],
    order: Db,
    consumer: Db,
    bus: Arc<dyn Bus>,
    stop: CancellationToken,
}

impl World {
    async fn new() -> Option<Self> {
        let nats = NatsServer::start().await?;
        let databases = [
            TestDb::create(DatabaseKind::Postgres).await?,
            TestDb::create(DatabaseKind::Postgres).await?,
        ];
        let order = open(&databases[0].url(), "order").await;
        let consumer = open(&databases[1].url(), "payment").await;
        let bus: Arc<dyn Bus> = JetStreamBus::connect(&NatsConfig::new(nats.url()))
            .await
            .unwrap();
        let stop = CancellationToken::new();
        let counter = Counter::new("tally");
        until("NATS", async || bus.ensure_stream("order").await.is_ok()).await;
        consume(&consumer, &bus, &counter, &stop).await;
        relay(&order, &bus, &stop);
        Some(Self {
            nats,
            _databases: databases,
            order,
            consumer,
            bus,
            stop,
        })
    }

    async fn happen(&self, count: usize) {
        for _ in 0..count {
            happen(&self.order, Uuid::now_v7(), 1).await;
        }
    }

    async fn arrived(&self, count: usize) {
        until("the events", async || {
            tallies(&self.consumer).await.len() == count
        })
        .await;
        until("marks", async || backlog(&self.order).await.unwrap() == 0).await;
        let once = tallies(&self.consumer)
            .await
            .values()
            .all(|count| *count == 1);
        assert!(once, "an event took effect twice");
    }

    async fn in_stream(&self) -> u64 {
        let state = self.bus.stream_state("order").await.unwrap();
        state.last_sequence
    }

    async fn end(self) {
        self.stop.cancel();
        self.order.close().await;
        self.consumer.close().await;
    }
}

#[tokio::test]
async fn a_stream_that_was_deleted_is_filled_again() {
    let Some(world) = World::new().await else {
        return;
    };
    world.happen(30).await;
    world.arrived(30).await;
    world.nats.delete_stream("WAYBILL_ORDER").await;
    world.happen(10).await;
    world.arrived(40).await;
    // The new stream holds the old events too: another consumer that starts late misses none.
    until("the refill", async || world.in_stream().await >= 40).await;
    let late = Counter::new("late");
    consume(&world.order, &world.bus, &late, &world.stop).await;
    until("the late consumer", async || {
        late.seen.lock().unwrap().len() == 40
    })
    .await;
    world.end().await;
}

#[tokio::test]
async fn a_stream_that_was_set_back_is_filled_again() {
    let Some(mut world) = World::new().await else {
        return;
    };
    world.happen(20).await;
    world.arrived(20).await;
    let snapshot = world.nats.snapshot();
    world.nats.restart().await;
    world.happen(15).await;
    world.arrived(35).await;
    // The server comes back in its state before the last fifteen, which it had acknowledged.
    world.nats.roll_back(&snapshot);
    world.nats.restart().await;
    world.happen(5).await;
    world.arrived(40).await;
    let late = Counter::new("late");
    consume(&world.order, &world.bus, &late, &world.stop).await;
    until("the late consumer", async || {
        late.seen.lock().unwrap().len() == 40
    })
    .await;
    world.end().await;
}

#[tokio::test]
async fn events_wait_while_the_server_is_away() {
    let Some(mut world) = World::new().await else {
        return;
    };
    world.happen(5).await;
    world.arrived(5).await;
    world.nats.kill();
    world.happen(50).await;
    assert_eq!(
        backlog(&world.order).await.unwrap(),
        50,
        "nothing can be published now"
    );
    world.nats.restart().await;
    world.arrived(55).await;
    world.end().await;
}

/// The stream lost one message in its middle, which neither its creation time nor its last sequence shows: the consumer
/// sees the gap in the aggregate's versions and asks for what is missing.
#[tokio::test]
async fn a_consumer_that_misses_an_event_gets_it_again() {
    let Some(mut world) = World::new().await else {
        return;
    };
    let aggregate = Uuid::now_v7();
    for version in 1..=3 {
        happen(&world.order, aggregate, version).await;
    }
    world.arrived(3).await;
    let context = world.nats.jetstream().await;
    let stream = context.get_stream("WAYBILL_ORDER").await.unwrap();
    stream.delete_message(2).await.unwrap();
    // A restarted server knows only the ids that its stream still holds.
    world.nats.stop();
    world.nats.restart().await;
    until("NATS", async || {
        world.bus.stream_state("order").await.is_ok()
    })
    .await;

    let late = Counter::new("late");
    consume(&world.order, &world.bus, &late, &world.stop).await;
    until("the missing event", async || {
        late.seen.lock().unwrap().len() == 3
    })
    .await;
    let mut seen: Vec<i64> = late.seen.lock().unwrap().iter().map(|(_, v)| *v).collect();
    seen.sort_unstable();
    assert_eq!(seen, [1, 2, 3]);
    world.end().await;
}

/// A version that is too old to be in the outbox is not requested by publishing the later ones again and again.
#[tokio::test]
async fn a_gap_that_nothing_can_close_sends_nothing_again() {
    let Some(world) = World::new().await else {
        return;
    };
    let counter = Counter::new("late");
    consume(&world.order, &world.bus, &counter, &world.stop).await;
    let mut asks = world.bus.repair_asks("order").await.unwrap();
    let (old, other) = (Uuid::now_v7(), Uuid::now_v7());
    happen(&world.order, old, 9).await;
    let ask = tokio::time::timeout(Duration::from_secs(40), asks.next()).await;
    let ask = ask.expect("the consumer asks").expect("an ask");
    assert_eq!((ask.aggregate_id, ask.from_version), (old, 8));
    // Requests are answered in turn: once this one is, the other was.
    happen(&world.order, other, 1).await;
    world.arrived(2).await;
    let ask = RepairAsk {
        source: "order".to_owned(),
        aggregate_id: other,
        from_version: 1,
    };
    world.bus.ask_repair(ask).await.unwrap();
    let last = async || world.bus.stream_state("order").await.unwrap().last_sequence;
    until("the answer", async || last().await > 2).await;
    until("its mark", async || {
        backlog(&world.order).await.unwrap() == 0
    })
    .await;
    assert_eq!(last().await, 3, "only the other went out again");
    world.end().await;
}
