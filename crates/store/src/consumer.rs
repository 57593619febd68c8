//! Consuming events: delivered at least once by the bus, effective exactly once.
//!
//! The inbox row is written in the handler's own transaction. A handler that fails is tried again with growing delays; if it
//! keeps failing, the event goes to the dead letters, and the rest of the stream continues. While the database is unavailable,
//! the consumer waits.

use std::{collections::HashSet, sync::Arc, time::Duration};

use async_trait::async_trait;
use backon::BackoffBuilder as _;
use sea_orm::{ColumnTrait as _, DbBackend, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use tokio::{sync::Semaphore, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use waybill_bus::{Bus, BusError, ConsumerSpec, Envelope, Handler, Settled};
use waybill_primitives::{EventId, Outage, Report, Timestamp, backoff};

use crate::{
    Db, EventContext, EventHandler, HandlerError, StoreError, Tx,
    coalesce::{Coalesce, MOST},
    dead_letters,
    entity::inbox,
    error::chain,
    gaps::Gaps,
    guard::{apply, guarded},
    retrying, rows, trace,
};

/// How long a failing event is retried.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// Attempts before the event becomes a dead letter.
    pub attempts: u32,
    /// The pause after the first failure; it doubles each time.
    pub first_delay: Duration,
    pub longest_delay: Duration,
    /// The interval at which requested retries of dead letters and missing events are looked for.
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

/// Registers the handler with the bus and keeps consuming events until `stop` is cancelled.
pub async fn run_consumer(
    db: Db,
    bus: Arc<dyn Bus>,
    handler: Arc<dyn EventHandler>,
    policy: RetryPolicy,
    stop: CancellationToken,
) -> Result<JoinHandle<()>, BusError> {
    let spec = ConsumerSpec {
        durable: handler.info().name.to_owned(),
        source: handler.info().source().to_owned(),
        subjects: handler
            .info()
            .subjects
            .iter()
            .map(|&subject| subject.to_owned())
            .collect(),
    };
    let most = match db.backend() {
        // A transaction holds the only write lock, for one event or for many.
        DbBackend::Sqlite => MOST,
        _ => handler.most_together(),
    };
    let gaps = Gaps::new(db.clone(), Arc::clone(&handler));
    let consumer = Arc::new(Consumer {
        db,
        handler,
        away: Outage::new(),
    });
    let together = Arc::clone(&consumer);
    let batches = Coalesce::new(most, move |events: Vec<Envelope>| {
        let consumer = Arc::clone(&together);
        async move {
            let outcome = retrying(|| consumer.consume_batch(events.clone())).await;
            vec![outcome.is_ok(); events.len()]
        }
    });
    let intake = Arc::new(Intake {
        consumer,
        gaps,
        policy,
        stop: stop.clone(),
        batches: (most > 1).then_some(batches),
        alone: Semaphore::new(SIDE_BY_SIDE),
    });
    let reader = bus
        .consume(spec, Arc::clone(&intake) as Arc<dyn Handler>, stop.clone())
        .await?;
    Ok(tokio::spawn(async move {
        let consumer = &intake.consumer;
        let mut timer = tokio::time::interval(intake.policy.poll);
        timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = timer.tick() => {}
            }
            let outcome = async {
                dead_letters::retry(&consumer.db, &consumer.handler).await?;
                intake.gaps.ask(&bus, intake.policy.poll).await
            };
            if let Err(error) = outcome.await {
                consumer.waits(&error);
            }
        }
        if let Err(error) = reader.await {
            tracing::error!(consumer = consumer.handler.info().name, %error, "the consumer's task failed");
        }
    }))
}

/// Takes events from the bus.
struct Intake {
    consumer: Arc<Consumer>,
    policy: RetryPolicy,
    stop: CancellationToken,
    gaps: Gaps,
    /// None for a handler that takes one event per transaction.
    batches: Option<Coalesce<Envelope, bool>>,
    /// For such a handler.
    alone: Semaphore,
}

/// Consumes events, each in effect once.
struct Consumer {
    db: Db,
    handler: Arc<dyn EventHandler>,
    /// The database is unavailable.
    away: Outage,
}

/// Concurrent transactions of a consumer that takes one event per transaction: enough to share the database's flushes, few enough
/// to leave connections for callers.
const SIDE_BY_SIDE: usize = 4;

#[async_trait]
impl Handler for Intake {
    async fn handle(&self, event: &Envelope) -> Settled {
        let span = tracing::info_span!(
            "event",
            consumer = self.consumer.handler.info().name,
            event_id = %event.id,
            subject = event.subject,
            request_id = event.request_id,
        );
        self.handle(event).instrument(span).await
    }
}

impl Intake {
    async fn handle(&self, event: &Envelope) -> Settled {
        // First together with others: one commit for many. What fails there is tried alone.
        if let Some(batches) = &self.batches
            && batches.call(event.clone()).await == Some(true)
        {
            self.gaps.watch(event).await;
            return Settled::Done;
        }
        let mut failures = 0;
        let mut pauses = backoff(self.policy.first_delay, self.policy.longest_delay).build();
        loop {
            let mut pause = self.policy.first_delay;
            let permit = match self.batches {
                None => self.alone.acquire().await.ok(),
                Some(_) => None,
            };
            let outcome = self.consumer.consume(event).await;
            drop(permit);
            let error = match outcome {
                Ok(()) => {
                    self.gaps.watch(event).await;
                    return Settled::Done;
                }
                Err(error) => error,
            };
            if let HandlerError::Store(error) = &error
                && error.is_unavailable()
            {
                self.consumer.waits(error);
            } else {
                failures += 1;
                pause = pauses.next().unwrap_or(self.policy.longest_delay);
                let hopeless = matches!(error, HandlerError::Permanent(_));
                if hopeless || failures >= self.policy.attempts {
                    match self.consumer.give_up(event, &error, failures).await {
                        Ok(()) => return Settled::Done,
                        Err(error) => self.consumer.waits(&error),
                    }
                } else {
                    tracing::warn!(failures, error = %chain(&error), "the event will be tried again");
                }
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled() => return Settled::Later,
            }
        }
    }
}

impl Consumer {
    /// Logs it once, and then the number of failures at intervals.
    fn waits(&self, error: &StoreError) {
        if let Some(Report { failures, .. }) = self.away.failed() {
            tracing::warn!(
                consumer = self.handler.info().name, failures, error = %chain(error),
                "events wait for the database"
            );
        }
    }

    /// Counts what was committed.
    fn consumed<'a>(&self, events: impl IntoIterator<Item = &'a Envelope>) {
        for event in events {
            trace::consumed(self.db.service(), self.handler.info().name, event);
        }
        if let Some(Report { failures, lasted }) = self.away.succeeded() {
            tracing::info!(
                consumer = self.handler.info().name,
                failures,
                ?lasted,
                "events are consumed again"
            );
        }
    }

    async fn consume(&self, event: &Envelope) -> Result<(), HandlerError> {
        let attempt = retrying(|| async {
            let tx = self.db.begin(&EventContext::of(event)).await?;
            if !self.insert_inbox(&tx, event).await? {
                tx.rollback().await?;
                return Ok(());
            }
            apply(&self.handler, &tx, event).await?;
            tx.commit().await?;
            self.consumed([event]);
            Ok::<_, HandlerError>(())
        });
        attempt.await
    }

    /// All of them in one transaction, or none. They belong to different aggregates, whose relative order does not matter.
    async fn consume_batch(&self, mut events: Vec<Envelope>) -> Result<(), HandlerError> {
        if let [event] = events.as_slice() {
            return self.consume(event).await;
        }
        // The same lock order everywhere, so that replicas do not deadlock.
        events.sort_by_key(|event| (event.aggregate_id, event.aggregate_version));
        let tx = self.db.begin(&EventContext::default()).await?;
        let ids = events.iter().map(|event| event.id);
        let known: Vec<EventId> = inbox::Entity::find()
            .select_only()
            .column(inbox::Column::EventId)
            .filter(inbox::Column::Consumer.eq(self.handler.info().name))
            .filter(inbox::Column::EventId.is_in(ids))
            .into_tuple()
            .all(tx.conn())
            .await?;
        events.retain(|event| !known.contains(&event.id));
        if events.is_empty() {
            tx.rollback().await?;
            return Ok(());
        }
        let rows = events.iter().map(|event| self.inbox_row(event));
        rows::insert_all(tx.conn(), rows.collect()).await?;
        guarded(self.handler.apply_batch(&tx, &events)).await?;
        tx.commit().await?;
        self.consumed(&events);
        Ok(())
    }

    /// False if the event was consumed before.
    async fn insert_inbox(&self, tx: &Tx, event: &Envelope) -> Result<bool, StoreError> {
        match rows::insert(tx.conn(), self.inbox_row(event)).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_unique() => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn inbox_row(&self, event: &Envelope) -> inbox::Model {
        inbox::Model {
            consumer: self.handler.info().name.to_owned(),
            event_id: event.id,
            aggregate_id: event.aggregate_id,
            aggregate_version: event.aggregate_version,
            at: Timestamp::now(),
        }
    }

    /// Writes the dead letter and the inbox row together, so that a redelivery finds the event settled.
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
            dead_letters::insert(&tx, self.handler.info().name, event, &reason, failures).await?;
            tx.commit().await
        })
        .await?;
        metrics::counter!("waybill_dead_letters_total", "consumer" => self.handler.info().name)
            .increment(1);
        tracing::error!(
            failures, error = %chain(error),
            "the event went to the dead letters; fix the cause, then: waybill events dead-letters retry"
        );
        Ok(())
    }
}

/// The ids of all events that a consumer has consumed and that were not pruned.
pub async fn consumed(db: &Db, consumer: &str) -> Result<HashSet<EventId>, StoreError> {
    let ids: Vec<EventId> = inbox::Entity::find()
        .select_only()
        .column(inbox::Column::EventId)
        .filter(inbox::Column::Consumer.eq(consumer))
        .into_tuple()
        .all(db.reader())
        .await?;
    Ok(ids.into_iter().collect())
}
