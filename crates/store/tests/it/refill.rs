//! What a stream lost, and only that, is published again; new events do not wait behind it.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use sea_orm::{ConnectionTrait as _, Statement};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::{Bus, Envelope, InProcessBus, JetStreamBus, NatsConfig, StreamState};
use waybill_primitives::Timestamp;
use waybill_proto::order::ProductChanged;
use waybill_store::{
    ConsumerInfo, Db, EventContext, EventHandler, HandlerError, RelayConfig, Tx, backlog, replay,
    run_consumer, run_relay,
};
use waybill_testkit::{DatabaseKind, NatsServer, TestDb};

use crate::support::{
    Counter, consume, eager, for_each_database, happen, open, quick, relay, tallies, until,
};

const STREAM: &str = "WAYBILL_ORDER";

/// PostgreSQL with a JetStream of its own; tests start and stop consumers and relays.
struct World {
    nats: NatsServer,
    _databases: [TestDb; 2],
    order: Db,
    consumer: Db,
    bus: Arc<dyn Bus>,
}

/// Something that runs until it is ended.
struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

impl World {
    async fn new() -> Option<Self> {
        Self::with(|_| ()).await
    }

    async fn with(change: impl FnOnce(&mut NatsConfig)) -> Option<Self> {
        let nats = NatsServer::start().await?;
        let databases = [
            TestDb::create(DatabaseKind::Postgres).await?,
            TestDb::create(DatabaseKind::Postgres).await?,
        ];
        let mut config = NatsConfig::new(nats.url());
        change(&mut config);
        let bus: Arc<dyn Bus> = JetStreamBus::connect(&config).await.unwrap();
        until("NATS", async || bus.ensure_stream("order").await.is_ok()).await;
        Some(Self {
            order: open(&databases[0].url(), "order").await,
            consumer: open(&databases[1].url(), "payment").await,
            nats,
            _databases: databases,
            bus,
        })
    }

    async fn consumer(&self) -> Running {
        self.handler(Counter::new("tally")).await
    }

    async fn handler(&self, handler: Arc<dyn EventHandler>) -> Running {
        let stop = CancellationToken::new();
        let (db, bus) = (self.consumer.clone(), Arc::clone(&self.bus));
        let task = run_consumer(db, bus, handler, quick(), stop.clone());
        let task = task.await.unwrap();
        Running { stop, task }
    }

    fn relay(&self) -> Running {
        let stop = CancellationToken::new();
        let (db, bus) = (self.order.clone(), Arc::clone(&self.bus));
        let task = run_relay(db, bus, eager(), stop.clone());
        Running { stop, task }
    }

    async fn happen(&self, count: usize) {
        happen_together(&self.order, (0..count).map(|_| Uuid::now_v7())).await;
    }

    async fn published(&self) {
        let published = async || backlog(&self.order).await.unwrap() == 0;
        until("the events are published", published).await;
    }

    /// Waits until the consumer has consumed so many, each once.
    async fn consumed(&self, count: usize) {
        let consumed = async || tallies(&self.consumer).await.len() == count;
        until("the events are consumed", consumed).await;
        let once = tallies(&self.consumer).await;
        assert!(once.values().all(|count| *count == 1), "{once:?}");
    }

    /// A consumer has seen five events and is stopped while so many more happen. Returns the relay that published them.
    async fn consumer_misses(&self, count: usize) -> Running {
        let (consumer, relay) = (self.consumer().await, self.relay());
        self.happen(5).await;
        self.consumed(5).await;
        self.noted(5).await;
        consumer.end().await;
        self.happen(count).await;
        self.published().await;
        relay
    }

    /// Waits until the relay has recorded that every consumer is so far.
    async fn noted(&self, settled: i64) {
        let sql = format!("SELECT 1 FROM stream_marks WHERE settled = {settled}");
        let noted = async || self.finds(&sql).await;
        until("the relay notes how far consumers are", noted).await;
    }

    async fn finds(&self, sql: &str) -> bool {
        let statement = Statement::from_string(self.order.backend(), sql);
        let row = self.order.reader().query_one_raw(statement).await.unwrap();
        row.is_some()
    }

    /// Whether the outbox has such an event.
    async fn holds(&self, which: &str) -> bool {
        self.finds(&format!("SELECT 1 FROM outbox WHERE {which} LIMIT 1"))
            .await
    }

    async fn holds_some(&self, which: &str) {
        until(which, async || self.holds(which).await).await;
    }

    async fn execute(&self, sql: &str) {
        let statement = Statement::from_string(self.order.backend(), sql);
        let tx = self.order.begin(&EventContext::default()).await.unwrap();
        tx.conn().execute_raw(statement).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn purge(&self) {
        let stream = self.nats.jetstream().await.get_stream(STREAM).await;
        stream.unwrap().purge().await.unwrap();
    }

    async fn delete(&self, sequences: &[u64]) {
        let stream = self.nats.jetstream().await.get_stream(STREAM).await;
        let stream = stream.unwrap();
        for sequence in sequences {
            stream.delete_message(*sequence).await.unwrap();
        }
    }

    /// As an operator who limits the size of the stream.
    async fn limit(&self, messages: i64) {
        let context = self.nats.jetstream().await;
        let stream = context.get_stream(STREAM).await.unwrap();
        let mut limited = stream.cached_info().config.clone();
        limited.max_messages = messages;
        context.update_stream(limited).await.unwrap();
    }

    async fn state(&self) -> StreamState {
        self.bus.stream_state("order").await.unwrap()
    }

    /// Starts a new relay, which compares everything before it publishes one more event.
    async fn compared_by_a_new_relay(&self, relay: Running) -> Running {
        relay.end().await;
        let relay = self.relay();
        self.happen(1).await;
        self.published().await;
        relay
    }

    async fn end(self, running: impl IntoIterator<Item = Running>) {
        for one in running {
            one.end().await;
        }
        self.order.close().await;
        self.consumer.close().await;
    }
}

async fn happen_together(db: &Db, aggregates: impl IntoIterator<Item = Uuid>) {
    let tx = db.begin(&EventContext::default()).await.unwrap();
    for aggregate in aggregates {
        tx.emit(aggregate, 1, &ProductChanged::default());
    }
    tx.commit().await.unwrap();
}

/// Also within the time for which the server remembers ids.
#[tokio::test]
async fn what_a_purge_took_from_a_consumer_that_was_away_goes_out_again() {
    let Some(world) = World::new().await else {
        return;
    };
    let relay = world.consumer_misses(20).await;

    world.purge().await;
    let refilled = async || world.state().await.messages == 20;
    until("the stream is filled again", refilled).await;
    assert_eq!(
        world.state().await.last_sequence,
        45,
        "seen events are not published again"
    );
    let consumer = world.consumer().await;
    world.consumed(25).await;

    // Once: nothing is published a second time.
    let relay = world.compared_by_a_new_relay(relay).await;
    world.consumed(26).await;
    assert_eq!(world.state().await.last_sequence, 46);
    world.end([consumer, relay]).await;
}

#[tokio::test]
async fn a_purge_while_the_relay_was_away_is_noticed_too() {
    let Some(world) = World::new().await else {
        return;
    };
    world.consumer_misses(5).await.end().await;
    world.purge().await;
    let (consumer, relay) = (world.consumer().await, world.relay());
    world.consumed(10).await;
    world.end([consumer, relay]).await;
}

#[tokio::test]
async fn what_was_deleted_from_the_middle_goes_out_again_where_a_consumer_misses_it() {
    let Some(world) = World::new().await else {
        return;
    };
    let relay = world.consumer_misses(10).await;
    // One that was seen and three that were not.
    world.delete(&[3, 8, 9, 11]).await;
    let refilled = async || world.state().await.last_sequence == 18;
    until("the three go out again", refilled).await;
    let consumer = world.consumer().await;
    world.consumed(15).await;
    let relay = world.compared_by_a_new_relay(relay).await;
    assert_eq!(world.state().await.last_sequence, 19);
    world.end([consumer, relay]).await;
}

/// The relay died before it recorded the receipt, and the stream was purged: the server answers with the receipt of the copy that
/// is gone.
#[tokio::test]
async fn a_receipt_for_a_copy_that_is_gone_is_ignored() {
    let Some(world) = World::new().await else {
        return;
    };
    world.consumer_misses(10).await.end().await;
    let sql = "UPDATE outbox SET sequence = NULL WHERE sequence > 5";
    let tx = world.order.begin(&EventContext::default()).await.unwrap();
    tx.conn().execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
    world.purge().await;
    let (consumer, relay) = (world.consumer().await, world.relay());
    world.consumed(15).await;
    world.end([consumer, relay]).await;
}

#[tokio::test]
async fn what_a_limit_of_the_stream_dropped_does_not_come_back() {
    let Some(world) = World::new().await else {
        return;
    };
    world.limit(10).await;
    let relay = world.consumer_misses(30).await;
    let relay = world.compared_by_a_new_relay(relay).await;
    let state = world.state().await;
    assert_eq!(
        (state.last_sequence, state.messages, state.full),
        (36, 10, true)
    );
    let consumer = world.consumer().await;
    world.consumed(15).await;
    world.end([consumer, relay]).await;
}

#[tokio::test]
async fn what_grew_too_old_for_the_stream_does_not_come_back() {
    // Long enough for a consumer on a slow machine to see the first events.
    let short = Duration::from_secs(6);
    let world = World::with(|config| {
        config.max_age = short;
        config.duplicate_window = short;
    });
    let Some(world) = world.await else { return };
    let relay = world.consumer_misses(10).await;
    until("they are too old", async || {
        world.state().await.messages == 0
    })
    .await;
    let relay = world.compared_by_a_new_relay(relay).await;
    assert_eq!(world.state().await.last_sequence, 16);
    world.end([relay]).await;
}

/// The relay compared the stream last before its first consumer existed.
#[tokio::test]
async fn what_a_purge_took_from_a_new_consumer_goes_out_again() {
    let Some(world) = World::new().await else {
        return;
    };
    let stop = CancellationToken::new();
    let never = RelayConfig {
        compare: Duration::from_hours(1),
        ..eager()
    };
    let task = run_relay(
        world.order.clone(),
        Arc::clone(&world.bus),
        never,
        stop.clone(),
    );
    let relay = Running { stop, task };
    world.happen(1).await;
    world.published().await;
    let consumer = world.consumer().await;
    world.consumed(1).await;
    consumer.end().await;
    world.happen(3).await;
    world.published().await;
    world.purge().await;
    let relay = world.compared_by_a_new_relay(relay).await;
    let consumer = world.consumer().await;
    world.consumed(5).await;
    world.end([consumer, relay]).await;
}

#[tokio::test]
async fn an_operator_has_events_sent_out_once_more() {
    let Some(world) = World::new().await else {
        return;
    };
    let first = Counter::new("tally");
    let consumer = world.handler(Arc::clone(&first) as _).await;
    let relay = world.relay();
    let product = Uuid::now_v7();
    happen_together(&world.order, [product]).await;
    world.happen(9).await;
    world.consumed(10).await;
    world.noted(10).await;
    // Every existing consumer has seen them, so none misses what a purge removes; a later consumer does.
    world.purge().await;
    let relay = world.compared_by_a_new_relay(relay).await;
    let late = Counter::new("late");
    let latecomer = world.handler(Arc::clone(&late) as _).await;
    let seen = || late.seen.lock().unwrap().len();
    until("the one after the purge", async || seen() == 1).await;

    let since = Timestamp::now();
    assert_eq!(replay(&world.order, Some(since), None).await.unwrap(), 0);
    let one = replay(&world.order, None, Some(product)).await.unwrap();
    assert_eq!(one, 1);
    until("the product's", async || seen() == 2).await;
    world.published().await;
    let hour_ago = since.minus(Duration::from_hours(1));
    let all = replay(&world.order, Some(hour_ago), None).await.unwrap();
    assert_eq!(all, 11);
    until("the rest", async || seen() == 11).await;
    world.published().await;
    // And for the consumers that had them it makes no difference.
    world.happen(1).await;
    let count = || first.seen.lock().unwrap().len();
    until("the next one", async || count() > 11 && seen() == 12).await;
    assert_eq!(count(), 12);
    world.end([consumer, latecomer, relay]).await;
}

#[tokio::test]
async fn an_operator_has_events_sent_out_once_more_within_one_process() {
    for_each_database(async |database| {
        let db = open(&database.url(), "order").await;
        let bus: Arc<dyn Bus> = InProcessBus::new();
        let stop = CancellationToken::new();
        let counter = Counter::new("tally");
        consume(&db, &bus, &counter, &stop).await;
        relay(&db, &bus, &stop);
        for _ in 0..5 {
            happen(&db, Uuid::now_v7(), 1).await;
        }
        until("the first time", async || backlog(&db).await.unwrap() == 0).await;
        // The consumer's state is reset.
        let tx = db.begin(&EventContext::default()).await.unwrap();
        let forget = tx.conn().execute_unprepared("DELETE FROM inbox");
        forget.await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(replay(&db, None, None).await.unwrap(), 5);
        until("the second time", async || {
            let tallies = tallies(&db).await;
            tallies.values().filter(|count| **count == 2).count() == 5
        })
        .await;
        stop.cancel();
        db.close().await;
    })
    .await;
}

/// A consumer that takes its time.
struct Slow(Mutex<Vec<(Uuid, i64)>>);

#[async_trait]
impl EventHandler for Slow {
    fn info(&self) -> ConsumerInfo {
        ConsumerInfo {
            name: "slow",
            subjects: &["waybill.order.product.*"],
        }
    }
    async fn apply(&self, _: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        tokio::time::sleep(Duration::from_millis(2)).await;
        let seen = (event.aggregate_id, event.aggregate_version);
        self.0.lock().unwrap().push(seen);
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_event_is_not_held_up_behind_those_that_go_out_again() {
    let Some(world) = World::new().await else {
        return;
    };
    let relay = world.relay();
    let old: Vec<Uuid> = (0..4000).map(|_| Uuid::now_v7()).collect();
    for some in old.chunks(500) {
        happen_together(&world.order, some.iter().copied()).await;
    }
    world.published().await;
    world.nats.delete_stream(STREAM).await;
    let slow = Arc::new(Slow(Mutex::default()));
    let consumer = world.handler(Arc::clone(&slow) as _).await;
    let seen = || slow.0.lock().unwrap().clone();
    until("the refill has started", async || !seen().is_empty()).await;

    // A new event of the last aggregate happens: its own old event comes first, the others' do not.
    let (last, other) = (old[old.len() - 1], Uuid::now_v7());
    happen(&world.order, last, 2).await;
    happen(&world.order, other, 1).await;
    let both = [(last, 2), (other, 1)];
    until("the new events", async || {
        let seen = seen();
        both.iter().all(|new| seen.contains(new))
    })
    .await;
    let before = seen();
    assert!(before.len() < 3000, "{} old ones went first", before.len());
    let place = |event: (Uuid, i64)| before.iter().position(|it| *it == event);
    let older = place((last, 1)).expect("its old event");
    assert!(Some(older) < place((last, 2)), "in order");

    // And the old ones arrive, too.
    until("the refill", async || {
        seen().iter().collect::<BTreeSet<_>>().len() == old.len() + 2
    })
    .await;
    world.published().await;
    world.end([consumer, relay]).await;
}

#[tokio::test]
async fn new_events_go_out_while_what_was_lost_is_still_being_marked() {
    let Some(world) = World::new().await else {
        return;
    };
    let relay = world.relay();
    world.happen(1).await;
    world.published().await;
    relay.end().await;
    // Far more than the stream has: it went back.
    world
        .execute(
            "INSERT INTO outbox (id, aggregate, subject, aggregate_id, aggregate_version, at, payload, sequence)
             SELECT id, 'product', 'waybill.order.product.created', id, 1, 0, '', 1000000 + n
             FROM (SELECT n, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id
                   FROM generate_series(1, 60000) AS n) AS old",
        )
        .await;
    // And it lost one more, whose number it assigned again; the relay ended before it recorded that.
    world
        .execute("UPDATE outbox SET sequence = NULL WHERE sequence = 1")
        .await;
    world
        .execute("UPDATE outbox SET sequence = 1 WHERE sequence = 1000001")
        .await;
    let relay = world.relay();
    world.holds_some("sequence = -1").await;
    let new = Uuid::now_v7();
    happen_together(&world.order, [new]).await;
    world
        .holds_some(&format!("aggregate_id = '{new}' AND sequence > 0"))
        .await;
    // A relay that takes over now finds that something is lost, although the stream's numbers may look right by then.
    let unfinished = "SELECT 1 FROM stream_marks WHERE created = -1";
    assert!(world.finds(unfinished).await);
    assert!(world.holds("sequence > 1000000").await, "all were marked");
    let stale = "id = '00000000-0000-7000-8000-000000000001' AND sequence = 1";
    let found = async || !world.holds(stale).await;
    until("what held a number that is given out again", found).await;
    relay.end().await;
    let relay = world.relay();
    let marked = async || !world.holds("sequence > 1000000").await;
    until("the rest is marked, too", marked).await;
    world.end([relay]).await;
}
