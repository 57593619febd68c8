//! Consuming events: delivered at least once by the bus, effective exactly once.
//!
//! The inbox row is written with the commit of the handler's own transaction, which is refused if the event was consumed before, or by
//! another replica at the same time. The handler has run then: it has no effects outside its transaction that must not happen twice.
//! A handler that fails is tried again with growing delays; if it keeps failing, the event goes to the dead letters, and the rest of the
//! stream continues. While the database is unavailable, the consumer waits.

use std::{
    borrow::Cow,
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use backon::{BackoffBuilder as _, ExponentialBackoff};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use tokio::{sync::Semaphore, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use waybill_bus::{Bus, BusError, ConsumerSpec, Envelope, Handler, Settled, Together};
use waybill_primitives::{EventId, Outage, Report, Timestamp, backoff};

use crate::{
    Db, EventContext, EventHandler, HandlerError, StoreError, dead_letters, entity::inbox,
    error::chain, gaps::Gaps, guard::guarded, pace::Pace, retrying, rows::one_of, trace,
};

/// Upper limit of the events in one transaction.
const MOST: usize = 256;

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
    let intake = Arc::new(Intake {
        gaps: Gaps::new(db.clone(), Arc::clone(&handler)),
        db,
        handler,
        policy,
        stop: stop.clone(),
        alone: Semaphore::new(SIDE_BY_SIDE),
        away: Outage::new(),
        redelivered: AtomicBool::new(true),
        pace: Pace::default(),
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
            let outcome = async {
                dead_letters::retry(&intake.db, &intake.handler).await?;
                intake.gaps.ask(&bus, intake.policy.poll).await
            };
            if let Err(error) = outcome.await {
                intake.waits(&error);
            }
        }
        if let Err(error) = reader.await {
            tracing::error!(consumer = intake.handler.info().name, %error, "the consumer's task failed");
        }
    }))
}

struct Intake {
    db: Db,
    handler: Arc<dyn EventHandler>,
    policy: RetryPolicy,
    stop: CancellationToken,
    gaps: Gaps,
    alone: Semaphore,
    /// The database is unavailable.
    away: Outage,
    /// Events of the last batch had been consumed before, or this is the first one: what was not acknowledged at the last stop is delivered
    /// again.
    redelivered: AtomicBool,
    pace: Pace,
}

/// Failures of a batch because of an unavailable database after which it is looked whether the database answers.
const PATIENCE: u32 = 3;

/// Events that one consumer tries alone at the same time: enough to share the database's flushes, few enough to leave connections
/// for callers.
const SIDE_BY_SIDE: usize = 4;

#[async_trait]
impl Handler for Intake {
    async fn handle(&self, event: &Envelope) -> Settled {
        let span = tracing::info_span!(
            "event",
            consumer = self.handler.info().name,
            event_id = %event.id,
            subject = event.subject,
            request_id = event.request_id,
        );
        self.handle_alone(event).instrument(span).await
    }

    fn most_together(&self) -> usize {
        MOST
    }

    async fn ready(&self) {
        // Events that are about to arrive join the batch.
        tokio::task::yield_now().await;
        if self.handler.gives_way() {
            self.pace.ready().await;
            self.db.give_way().await;
        }
    }

    async fn handle_together(&self, events: &[Envelope]) -> Together {
        let span = tracing::info_span!(
            "events",
            consumer = self.handler.info().name,
            count = events.len()
        );
        self.handle_batch(events).instrument(span).await
    }
}

impl Intake {
    async fn handle_batch(&self, events: &[Envelope]) -> Together {
        let (mut failures, mut pauses) = (0, self.pauses());
        loop {
            let turn = if self.handler.gives_way() {
                self.db.turn().await
            } else {
                None
            };
            let outcome = self.consume(events, false).await;
            drop(turn);
            self.pace.ended(events.len(), Instant::now());
            match outcome {
                Ok(()) => {
                    for event in events {
                        self.gaps.watch(event).await;
                    }
                    return Together::All(Settled::Done);
                }
                Err(HandlerError::Store(error)) if error.is_unavailable() => {
                    self.waits(&error);
                    failures += 1;
                    // The reason may be one of the events, such as a statement that takes too long.
                    if failures >= PATIENCE && self.db.ping().await.is_ok() {
                        return Together::Apart;
                    }
                    if self.pause(&mut pauses).await.is_none() {
                        return Together::All(Settled::Later);
                    }
                }
                Err(_) => return Together::Apart,
            }
        }
    }

    /// Tries until the event is consumed or a dead letter.
    async fn handle_alone(&self, event: &Envelope) -> Settled {
        let mut failures = 0;
        let (mut pauses, mut outages) = (self.pauses(), self.pauses());
        loop {
            let permit = self.alone.acquire().await;
            let outcome = self.consume(std::slice::from_ref(event), true).await;
            drop(permit);
            let error = match outcome {
                Ok(()) => {
                    self.gaps.watch(event).await;
                    return Settled::Done;
                }
                Err(error) => error,
            };
            let pause = if let HandlerError::Store(error) = &error
                && error.is_unavailable()
            {
                self.waits(error);
                &mut outages
            } else {
                failures += 1;
                let hopeless = matches!(error, HandlerError::Permanent(_));
                if hopeless || failures >= self.policy.attempts {
                    match self.give_up(event, &error, failures).await {
                        Ok(()) => return Settled::Done,
                        Err(error) => self.waits(&error),
                    }
                } else {
                    tracing::warn!(failures, error = %chain(&error), "the event will be tried again");
                }
                &mut pauses
            };
            if self.pause(pause).await.is_none() {
                return Settled::Later;
            }
        }
    }

    fn pauses(&self) -> ExponentialBackoff {
        backoff(self.policy.first_delay, self.policy.longest_delay).build()
    }

    /// None if it is time to stop.
    async fn pause(&self, pauses: &mut ExponentialBackoff) -> Option<()> {
        let pause = pauses.next().unwrap_or(self.policy.longest_delay);
        self.stop
            .run_until_cancelled(tokio::time::sleep(pause))
            .await
    }

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
    fn consumed(&self, events: &[Envelope]) {
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

    /// All of them in one transaction, or none; those that were consumed before have no effect. `alone`: it is one event that others do
    /// not wait for.
    async fn consume(&self, events: &[Envelope], alone: bool) -> Result<(), HandlerError> {
        let place = |event: &Envelope| (event.aggregate_id, event.aggregate_version);
        // The same lock order everywhere, so that replicas do not deadlock.
        let mut events = Cow::Borrowed(events);
        if !events.is_sorted_by_key(place) {
            events.to_mut().sort_by_key(place);
        }
        // A lookup for each batch costs more than a refused commit now and then: events are seldom delivered twice, and then many.
        if self.redelivered.load(Ordering::Relaxed) && !self.leave_out_known(&mut events).await? {
            return Ok(());
        }
        let Err(error) = retrying(|| self.apply(&events, alone)).await else {
            return Ok(());
        };
        if matches!(&error, HandlerError::Store(error) if error.is_unavailable()) {
            return Err(error);
        }
        // Perhaps because some were consumed before, or by another replica in the meantime: that shows in the commit, or in an effect that
        // cannot happen twice. Or another transaction has inserted a row that this one had looked for: then it is found next time.
        self.db.flush().await;
        let before = events.len();
        if !self.leave_out_known(&mut events).await? {
            return Ok(());
        }
        let outrun = matches!(&error, HandlerError::Store(error) if error.is_unique());
        if events.len() == before && !outrun {
            return Err(error);
        }
        retrying(|| self.apply(&events, alone)).await
    }

    /// Leaves out those that were consumed before. False if there are no others.
    async fn leave_out_known(&self, events: &mut Cow<'_, [Envelope]>) -> Result<bool, StoreError> {
        let known: Vec<EventId> = inbox::Entity::find()
            .select_only()
            .column(inbox::Column::EventId)
            .filter(inbox::Column::Consumer.eq(self.handler.info().name))
            .filter(one_of(
                inbox::Column::EventId,
                events.iter().map(|event| event.id),
            ))
            .into_tuple()
            .all(self.db.reader())
            .await?;
        self.redelivered.store(!known.is_empty(), Ordering::Relaxed);
        if !known.is_empty() {
            events.to_mut().retain(|event| !known.contains(&event.id));
        }
        Ok(!events.is_empty())
    }

    async fn apply(&self, events: &[Envelope], alone: bool) -> Result<(), HandlerError> {
        let tx = self.db.begin(&EventContext::default()).await?;
        tx.defer(events.iter().map(|event| self.inbox_row(event)));
        let outcome = match events {
            [event] if alone => {
                tx.act_for(EventContext::of(event));
                guarded(self.handler.apply(&tx, event)).await
            }
            events => guarded(self.handler.apply_batch(&tx, events)).await,
        };
        tx.finish(outcome).await?;
        self.consumed(events);
        Ok(())
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
        let given_up = retrying(|| async {
            let tx = self.db.begin(&EventContext::default()).await?;
            tx.defer([self.inbox_row(event)]);
            let reason = chain(error);
            dead_letters::insert(&tx, self.handler.info().name, event, &reason, failures).await?;
            tx.commit().await
        });
        match given_up.await {
            // Another replica has consumed it.
            Err(StoreError::Unique { .. }) => return Ok(()),
            outcome => outcome?,
        }
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
