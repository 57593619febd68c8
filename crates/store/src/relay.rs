//! Publishes what committed. One relay works per service database, however many replicas there are.
//!
//! Events of one aggregate leave one after the other; different aggregates side by side, so that an event which a slow
//! consumer holds up (in the embedded shape) does not hold up the rest. Publishing twice is harmless (the bus drops a known
//! id for a while, consumers for good), so an event is marked only after the bus has acknowledged it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use sea_orm::{EntityTrait as _, Set, sea_query::OnConflict};
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::{Bus, BusError, Envelope, RepairAsk};

use crate::{Db, StoreError, entity::stream_mark, leader::Lock, outbox};

/// How the relay works; the defaults are meant for production.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    /// Looks at the outbox this often even if no commit woke it (another replica may have committed).
    pub poll: Duration,
    /// Compares the stream with the outbox, and checks that the lock is still held, this often.
    pub compare: Duration,
    /// Events read at a time.
    pub batch: u64,
    /// Aggregates published side by side.
    pub concurrency: usize,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(500),
            compare: Duration::from_secs(5),
            batch: 512,
            concurrency: 128,
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error("the relay's lock was lost")]
    LockLost,
}

/// Starts the relay; it ends when `stop` is cancelled.
pub fn run_relay(
    db: Db,
    bus: Arc<dyn Bus>,
    config: RelayConfig,
    stop: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        while !stop.is_cancelled() {
            let pause = match Lock::try_acquire(&db, "relay").await {
                Ok(Some(lock)) => {
                    let mut relay = Relay::new(&db, &bus, &config);
                    // Stopping waits for the statement at hand: a connection that is left in the middle of one is of no
                    // use to anybody (see `Db::close`).
                    if let Err(error) = relay.lead(lock, &stop).await {
                        tracing::warn!(service = db.service(), %error, "the relay starts over");
                    }
                    config.poll.min(Duration::from_secs(1))
                }
                Ok(None) => config.poll,
                Err(error) => {
                    tracing::warn!(service = db.service(), %error, "the relay has no database");
                    Duration::from_secs(1)
                }
            };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.cancelled() => {}
            }
        }
    })
}

/// What became of the events of one aggregate that were published one after the other.
struct Outcome {
    aggregate: Uuid,
    published: Vec<(Uuid, i64)>,
    failed: Option<BusError>,
}

struct Relay<'a> {
    db: &'a Db,
    bus: &'a Arc<dyn Bus>,
    config: &'a RelayConfig,
    at_work: FuturesUnordered<BoxFuture<'static, Outcome>>,
    /// Aggregates and events that are being published now.
    aggregates: HashSet<Uuid>,
    events: HashMap<Uuid, usize>,
    /// Acknowledged, not yet marked.
    unmarked: Vec<(Uuid, i64)>,
    /// The highest sequence seen so far; a fresh one below it means that the stream went back.
    highest: i64,
}

impl<'a> Relay<'a> {
    fn new(db: &'a Db, bus: &'a Arc<dyn Bus>, config: &'a RelayConfig) -> Self {
        Self {
            db,
            bus,
            config,
            at_work: FuturesUnordered::new(),
            aggregates: HashSet::new(),
            events: HashMap::new(),
            unmarked: Vec::new(),
            highest: 0,
        }
    }

    async fn lead(&mut self, mut lock: Lock, stop: &CancellationToken) -> Result<(), RelayError> {
        tracing::debug!(service = self.db.service(), "the relay leads");
        let committed = Arc::clone(self.db.committed());
        let mut asks = self.bus.repair_asks(self.db.service()).await?;
        self.compare().await?;
        let mut compared = Instant::now();
        let mut look = true;
        loop {
            if look {
                self.start_publishing().await?;
            }
            look = tokio::select! {
                Some(outcome) = self.at_work.next() => self.settle(outcome).await?,
                () = committed.notified() => true,
                Some(ask) = asks.next() => self.repair(&ask).await?,
                () = tokio::time::sleep(self.config.poll) => true,
                () = stop.cancelled() => return Ok(()),
            };
            if compared.elapsed() >= self.config.compare {
                if !lock.still_held().await {
                    return Err(RelayError::LockLost);
                }
                self.compare().await?;
                compared = Instant::now();
            }
        }
    }

    /// Reads what is unpublished and not at work, and starts publishing it.
    async fn start_publishing(&mut self) -> Result<(), RelayError> {
        if self.aggregates.len() >= self.config.concurrency {
            return Ok(());
        }
        let at_work: usize = self.events.values().sum();
        let limit = self.config.batch + at_work as u64 + self.unmarked.len() as u64;
        let unmarked: HashSet<Uuid> = self.unmarked.iter().map(|(id, _)| *id).collect();
        let mut by_aggregate: Vec<(Uuid, Vec<Envelope>)> = Vec::new();
        let mut places: HashMap<Uuid, usize> = HashMap::new();
        for event in outbox::unpublished(self.db, limit).await? {
            let aggregate = event.aggregate_id;
            // Events of an aggregate at work are read again when its turn has ended.
            if self.aggregates.contains(&aggregate) || unmarked.contains(&event.id.uuid()) {
                continue;
            }
            let place = *places.entry(aggregate).or_insert_with(|| {
                by_aggregate.push((aggregate, Vec::new()));
                by_aggregate.len() - 1
            });
            by_aggregate[place].1.push(event);
        }
        let room = self.config.concurrency - self.aggregates.len();
        for (aggregate, mut events) in by_aggregate.into_iter().take(room) {
            // Ids order by time of creation; replicas' clocks may differ, versions do not.
            events.sort_by_key(|event| event.aggregate_version);
            self.aggregates.insert(aggregate);
            self.events.insert(aggregate, events.len());
            let bus = Arc::clone(self.bus);
            self.at_work
                .push(Box::pin(publish_in_order(bus, aggregate, events)));
        }
        Ok(())
    }

    /// Takes in one aggregate's outcome and all others that are ready, marks them; whether to look for more.
    async fn settle(&mut self, first: Outcome) -> Result<bool, RelayError> {
        let mut failed = None;
        let mut next = Some(first);
        while let Some(outcome) = next {
            self.aggregates.remove(&outcome.aggregate);
            self.events.remove(&outcome.aggregate);
            self.unmarked.extend(outcome.published);
            failed = failed.or(outcome.failed);
            next = futures::FutureExt::now_or_never(self.at_work.next()).flatten();
        }
        if self.bus.keeps_events() {
            self.notice_lost_tail().await?;
        }
        outbox::mark(self.db, &self.unmarked).await?;
        metrics::counter!("waybill_outbox_published_total", "service" => self.db.service())
            .increment(self.unmarked.len() as u64);
        self.unmarked.clear();
        match failed {
            None => Ok(true),
            Some(BusError::StreamMissing { .. }) => {
                self.compare().await?;
                Ok(true)
            }
            Some(error) => {
                tracing::warn!(service = self.db.service(), %error, "publishing waits");
                Ok(false)
            }
        }
    }

    /// A sequence that another event holds already was given out twice: the stream lost its tail in between.
    async fn notice_lost_tail(&mut self) -> Result<(), RelayError> {
        let mut lowest: Option<i64> = None;
        for (id, sequence) in &self.unmarked {
            if *sequence <= self.highest && outbox::sequence_taken(self.db, *id, *sequence).await? {
                lowest = Some(lowest.map_or(*sequence, |lowest| lowest.min(*sequence)));
            }
        }
        if let Some(lowest) = lowest {
            let fresh: Vec<Uuid> = self.unmarked.iter().map(|(id, _)| *id).collect();
            let count = outbox::forget_from(self.db, lowest, &fresh).await?;
            tracing::warn!(
                service = self.db.service(),
                count,
                "the stream went back; filling it again"
            );
            self.highest = 0;
        }
        let newest = self
            .unmarked
            .iter()
            .map(|(_, sequence)| *sequence)
            .max()
            .unwrap_or(0);
        self.highest = self.highest.max(newest);
        Ok(())
    }

    /// Compares the stream with the outbox: a stream that was made anew or went back is filled again.
    async fn compare(&mut self) -> Result<(), RelayError> {
        let state = self.bus.ensure_stream(self.db.service()).await?;
        if !self.bus.keeps_events() {
            return Ok(());
        }
        let highest = outbox::highest_sequence(self.db).await?;
        let created = state.created.micros();
        let known = stream_mark::Entity::find_by_id(self.db.service().to_owned())
            .one(self.db.reader())
            .await
            .map_err(StoreError::from)?;
        let last = i64::try_from(state.last_sequence).unwrap_or(i64::MAX);
        let lost_from = match &known {
            Some(mark) if mark.created != created => Some(0),
            _ if highest > last => Some(last.saturating_add(1)),
            _ => None,
        };
        if let Some(from) = lost_from {
            let count = outbox::forget_from(self.db, from, &[]).await?;
            metrics::counter!("waybill_outbox_refilled_total", "service" => self.db.service())
                .increment(count);
            tracing::warn!(
                service = self.db.service(),
                count,
                "the stream lost events that it had acknowledged; filling it again"
            );
        }
        if known.is_none_or(|mark| mark.created != created) {
            save_mark(self.db, created).await?;
        }
        self.highest = highest.min(last);
        Ok(())
    }

    async fn repair(&mut self, ask: &RepairAsk) -> Result<bool, RelayError> {
        let count = outbox::forget_aggregate(self.db, ask.aggregate_id, ask.from_version).await?;
        tracing::warn!(
            service = self.db.service(),
            aggregate_id = %ask.aggregate_id,
            count,
            "a consumer misses events; publishing them again"
        );
        Ok(true)
    }
}

async fn publish_in_order(bus: Arc<dyn Bus>, aggregate: Uuid, events: Vec<Envelope>) -> Outcome {
    let mut published = Vec::with_capacity(events.len());
    for event in events {
        let id = event.id.uuid();
        match bus.publish(event).await {
            Ok(receipt) => {
                published.push((id, i64::try_from(receipt.sequence).unwrap_or(i64::MAX)));
            }
            Err(error) => {
                return Outcome {
                    aggregate,
                    published,
                    failed: Some(error),
                };
            }
        }
    }
    Outcome {
        aggregate,
        published,
        failed: None,
    }
}

async fn save_mark(db: &Db, created: i64) -> Result<(), StoreError> {
    let row = stream_mark::ActiveModel {
        service: Set(db.service().to_owned()),
        created: Set(created),
    };
    let replace = OnConflict::column(stream_mark::Column::Service)
        .update_column(stream_mark::Column::Created)
        .to_owned();
    stream_mark::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(db.writer())
        .await?;
    Ok(())
}
