//! Taking events in: at least once from the bus, once in effect.
//!
//! The inbox row joins the handler's own transaction. A handler that fails is tried again with growing delays; when it keeps
//! failing the event goes to the dead letters, and the rest of the stream goes on. A database that is away is waited for.

use std::{
    collections::{HashMap, HashSet},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use futures::FutureExt as _;
use parking_lot::Mutex;
use sea_orm::{
    ColumnTrait as _, DbBackend, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QuerySelect as _, Set,
};
use tokio::{sync::Semaphore, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::{Bus, BusError, ConsumerSpec, Envelope, Handler, RepairAsk, Settled};
use waybill_primitives::Timestamp;

use crate::{
    Db, EventContext, EventHandler, HandlerError, StoreError, Tx,
    batch::{Batches, MOST},
    dead_letters,
    entity::inbox,
    retrying,
};

/// How long a failing event is tried.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// Tries before the event is a dead letter.
    pub attempts: u32,
    /// The pause after the first failure; it doubles each time.
    pub first_delay: Duration,
    pub longest_delay: Duration,
    /// How often dead letters are looked at for a retry that was asked for, and missing events are looked for.
    pub poll: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 8,
            first_delay: Duration::from_millis(100),
            longest_delay: Duration::from_secs(5),
            poll: Duration::from_secs(2),
        }
    }
}

impl RetryPolicy {
    fn delay(&self, failures: u32) -> Duration {
        let factor = 1_u32 << failures.saturating_sub(1).min(16);
        self.first_delay
            .saturating_mul(factor)
            .min(self.longest_delay)
    }
}

/// Registers the handler with the bus and keeps taking events in until `stop` is cancelled.
pub async fn run_consumer(
    db: Db,
    bus: Arc<dyn Bus>,
    handler: Arc<dyn EventHandler>,
    policy: RetryPolicy,
    stop: CancellationToken,
) -> Result<JoinHandle<()>, BusError> {
    let spec = ConsumerSpec {
        durable: handler.name().to_owned(),
        source: handler.source().to_owned(),
        subjects: handler
            .subjects()
            .iter()
            .map(|&subject| subject.to_owned())
            .collect(),
    };
    let most = match db.backend() {
        // A transaction has the only lock there is, for one event as for many.
        DbBackend::Sqlite => MOST,
        _ => handler.most_together(),
    };
    let intake = Arc::new(Intake {
        db,
        handler,
        policy,
        stop: stop.clone(),
        gaps: Mutex::default(),
        batches: Batches::default(),
        most,
        alone: Semaphore::new(SIDE_BY_SIDE),
    });
    let reader = bus
        .consume(spec, Arc::clone(&intake) as Arc<dyn Handler>, stop.clone())
        .await?;
    Ok(tokio::spawn(async move {
        let mut timer = tokio::time::interval(intake.policy.poll);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = timer.tick() => {}
            }
            if let Err(error) = dead_letters::take_up(&intake.db, &intake.handler).await {
                tracing::warn!(consumer = intake.handler.name(), %error, "dead letters wait");
            }
            if let Err(error) = intake.ask_for_missing(&bus).await {
                tracing::warn!(consumer = intake.handler.name(), %error, "looking for gaps failed");
            }
        }
        if let Err(error) = reader.await {
            tracing::error!(consumer = intake.handler.name(), %error, "the consumer's task failed");
        }
    }))
}

struct Intake {
    db: Db,
    handler: Arc<dyn EventHandler>,
    policy: RetryPolicy,
    stop: CancellationToken,
    /// Aggregates with a version that has not been seen though a later one has, and when that was noticed.
    gaps: Mutex<HashMap<(Uuid, i64), Timestamp>>,
    batches: Batches,
    /// Events in one transaction.
    most: usize,
    /// For a handler that takes one event at a time.
    alone: Semaphore,
}

/// Transactions of one consumer at a time that takes each event alone: enough to share the database's flushes, few enough to
/// leave connections to callers.
const SIDE_BY_SIDE: usize = 4;

/// Gaps remembered at a time; a stream that lost more is refilled by the relay's own comparison.
const MOST_GAPS: usize = 10_000;

#[async_trait]
impl Handler for Intake {
    async fn handle(&self, event: &Envelope) -> Settled {
        // Together with others first: one commit for many. What fails there is tried alone.
        let most = self.most;
        if most > 1
            && self
                .batches
                .join(event, most, |events| {
                    retrying(move || self.take_in_together(events.clone()))
                })
                .await
        {
            self.watch_for_gap(event).await;
            return Settled::Done;
        }
        let mut failures = 0;
        loop {
            let permit = match most {
                0 | 1 => self.alone.acquire().await.ok(),
                _ => None,
            };
            let outcome = self.take_in(event).await;
            drop(permit);
            let error = match outcome {
                Ok(()) => {
                    self.watch_for_gap(event).await;
                    return Settled::Done;
                }
                Err(error) => error,
            };
            let away = matches!(&error, HandlerError::Store(store) if store.is_unavailable());
            if !away {
                failures += 1;
            }
            let hopeless = matches!(error, HandlerError::Permanent(_));
            if hopeless || failures >= self.policy.attempts {
                match self.give_up(event, &error, failures).await {
                    Ok(()) => return Settled::Done,
                    Err(error) => {
                        tracing::warn!(consumer = self.handler.name(), %error, "no dead letter yet");
                    }
                }
            } else {
                tracing::warn!(
                    consumer = self.handler.name(), event_id = %event.id, subject = %event.subject,
                    failures, error = %chain(&error), "the event will be tried again"
                );
            }
            let pause = self.policy.delay(failures.max(1));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled() => return Settled::Later,
            }
        }
    }
}

impl Intake {
    async fn take_in(&self, event: &Envelope) -> Result<(), HandlerError> {
        let attempt = retrying(|| async {
            let tx = self.db.begin(&EventContext::of(event)).await?;
            if !self.insert_inbox(&tx, event).await? {
                tx.rollback().await?;
                return Ok(());
            }
            apply(&self.handler, &tx, event).await?;
            tx.commit().await?;
            Ok::<_, HandlerError>(())
        });
        attempt.await
    }

    /// All of them in one transaction, or none. They are of different aggregates, whose order among each other is free.
    async fn take_in_together(&self, mut events: Vec<Envelope>) -> Result<(), HandlerError> {
        if let [event] = events.as_slice() {
            return self.take_in(event).await;
        }
        // In one order everywhere, so that replicas do not lock each other out.
        events.sort_by_key(|event| (event.aggregate_id, event.aggregate_version));
        let tx = self.db.begin(&EventContext::default()).await?;
        let ids = events.iter().map(|event| event.id.uuid());
        let known: Vec<Uuid> = inbox::Entity::find()
            .select_only()
            .column(inbox::Column::EventId)
            .filter(inbox::Column::Consumer.eq(self.handler.name()))
            .filter(inbox::Column::EventId.is_in(ids))
            .into_tuple()
            .all(tx.conn())
            .await?;
        events.retain(|event| !known.contains(&event.id.uuid()));
        if events.is_empty() {
            tx.rollback().await?;
            return Ok(());
        }
        let rows = events.iter().map(|event| self.inbox_row(event));
        inbox::Entity::insert_many(rows)
            .exec_without_returning(tx.conn())
            .await?;
        guarded(self.handler.apply_batch(&tx, &events)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// False if the event was taken in before.
    async fn insert_inbox(&self, tx: &Tx, event: &Envelope) -> Result<bool, StoreError> {
        let inserted = inbox::Entity::insert(self.inbox_row(event))
            .exec_without_returning(tx.conn())
            .await;
        match inserted.map_err(StoreError::from) {
            Ok(_) => Ok(true),
            Err(error) if error.is_unique() => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn inbox_row(&self, event: &Envelope) -> inbox::ActiveModel {
        inbox::ActiveModel {
            consumer: Set(self.handler.name().to_owned()),
            event_id: Set(event.id.uuid()),
            aggregate_id: Set(event.aggregate_id),
            aggregate_version: Set(event.aggregate_version),
            at: Set(Timestamp::now().micros()),
        }
    }

    /// Dead letter and inbox row together, so that a redelivery finds the event settled.
    async fn give_up(
        &self,
        event: &Envelope,
        error: &HandlerError,
        failures: u32,
    ) -> Result<(), StoreError> {
        retrying(|| async {
            let tx = self.db.begin(&EventContext::default()).await?;
            if !self.insert_inbox(&tx, event).await? {
                return tx.rollback().await;
            }
            let reason = chain(error);
            dead_letters::insert(&tx, self.handler.name(), event, &reason, failures).await?;
            tx.commit().await
        })
        .await?;
        metrics::counter!("waybill_dead_letters_total", "consumer" => self.handler.name())
            .increment(1);
        tracing::error!(
            consumer = self.handler.name(), event_id = %event.id, subject = %event.subject,
            failures, error = %chain(error),
            "the event went to the dead letters; mend the cause, then: waybill events dead-letters retry"
        );
        Ok(())
    }

    /// Notes the version before this event's if this consumer sees every event of the aggregate and has not seen that one.
    async fn watch_for_gap(&self, event: &Envelope) {
        let missing = event.aggregate_version - 1;
        if missing < 1 || !self.sees_whole_aggregate(&event.subject) {
            return;
        }
        if let Ok(false) = self.has_seen(event.aggregate_id, missing).await {
            let mut gaps = self.gaps.lock();
            if gaps.len() < MOST_GAPS {
                let gap = (event.aggregate_id, missing);
                gaps.entry(gap).or_insert_with(Timestamp::now);
            }
        }
    }

    fn sees_whole_aggregate(&self, subject: &str) -> bool {
        let all = subject
            .rsplit_once('.')
            .map_or_else(String::new, |(head, _)| format!("{head}.*"));
        self.handler.subjects().contains(&all.as_str())
    }

    async fn has_seen(&self, aggregate_id: Uuid, version: i64) -> Result<bool, StoreError> {
        let seen = inbox::Entity::find()
            .filter(inbox::Column::Consumer.eq(self.handler.name()))
            .filter(inbox::Column::AggregateId.eq(aggregate_id))
            .filter(inbox::Column::AggregateVersion.eq(version))
            .count(self.db.reader())
            .await?;
        Ok(seen > 0)
    }

    /// Gaps that have not closed by themselves for one poll (another replica may just be taking the event in).
    async fn ask_for_missing(&self, bus: &Arc<dyn Bus>) -> Result<(), StoreError> {
        let grown_old = Timestamp::now().minus(self.policy.poll);
        let old: Vec<(Uuid, i64)> = {
            let gaps = self.gaps.lock();
            let old = gaps.iter().filter(|(_, noticed)| **noticed <= grown_old);
            old.map(|(gap, _)| *gap).collect()
        };
        for (aggregate_id, version) in old {
            if !self.has_seen(aggregate_id, version).await? {
                tracing::warn!(
                    consumer = self.handler.name(), %aggregate_id, version,
                    "an event of this aggregate is missing; asking its service for it"
                );
                metrics::counter!("waybill_event_gaps_total", "consumer" => self.handler.name())
                    .increment(1);
                let source = self.handler.source().to_owned();
                let ask = RepairAsk {
                    source,
                    aggregate_id,
                    from_version: version,
                };
                if let Err(error) = bus.ask_repair(ask).await {
                    tracing::warn!(consumer = self.handler.name(), %error, "could not ask");
                    continue;
                }
            }
            self.gaps.lock().remove(&(aggregate_id, version));
        }
        Ok(())
    }
}

/// The ids of all events that a consumer has taken in and that have not been pruned.
pub async fn consumed(db: &Db, consumer: &str) -> Result<HashSet<Uuid>, StoreError> {
    let ids: Vec<Uuid> = inbox::Entity::find()
        .select_only()
        .column(inbox::Column::EventId)
        .filter(inbox::Column::Consumer.eq(consumer))
        .into_tuple()
        .all(db.reader())
        .await?;
    Ok(ids.into_iter().collect())
}

/// Calls the handler; a panic in it is an error like any other.
pub(crate) async fn apply(
    handler: &Arc<dyn EventHandler>,
    tx: &Tx,
    event: &Envelope,
) -> Result<(), HandlerError> {
    guarded(handler.apply(tx, event)).await
}

async fn guarded(work: impl Future<Output = Result<(), HandlerError>>) -> Result<(), HandlerError> {
    AssertUnwindSafe(work)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(HandlerError::transient("the handler panicked")))
}

/// The error and its sources in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
