//! Publishes committed events. One relay works per service database, however many replicas there are.
//!
//! Events of one aggregate are published one after the other, different aggregates concurrently, so that an event which a slow
//! consumer holds up (in the embedded shape) does not hold up the rest. The in-process bus keeps the order for each consumer by itself, and
//! gets the next events of an aggregate while some consumers are busy with those before: no consumer waits for another. Publishing twice is harmless (the bus drops a known id
//! for a while, consumers forever), so an event is marked only after the bus has acknowledged it.
//!
//! Most events come directly from the commits of this process (`direct`). Reading the outbox finds all others: those of other
//! replicas, of the time before this relay led, and those that could not be published.
//!
//! Events that are published again, because a stream lost them or an operator requests it, have a lane of their own: a part of
//! the window, and no more of them than consumers keep up with, so that new events do not wait behind old ones. Only those of a
//! new event's own aggregate go before it.

mod direct;
mod losses;

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
    time::Duration,
};

use futures::{StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use waybill_bus::{Bus, BusError, Envelope, Lag};
use waybill_primitives::{EventId, Outage, Report};

use direct::{Direct, VersionCounter, counter_of};

use crate::{
    Db,
    db::leader::Lock,
    error::RelayError,
    outbox,
    publishing::{self, Outcome, Together},
    refill::Refill,
};

/// Of the aggregates published concurrently, one in so many may be published again.
const REPEATED_SHARE: usize = 2;
/// Events read at a time to be published again.
const REPEATED_BATCH: u64 = 256;
/// Nothing is published again while a consumer has more events than this to settle, except for one batch in [`MAX_HOLD`].
const MAX_BEHIND: u64 = 512;
const MAX_HOLD: Duration = Duration::from_secs(1);
/// The outbox is not read more often than this while events are being published: a read returns these as well.
const LOOK_PAUSE: Duration = Duration::from_millis(20);
/// How soon it is checked again whether the outbox can be read.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// How soon the outbox is read at the latest while events are being published: it may have those of other replicas.
const OTHERS: Duration = Duration::from_millis(100);
/// Events are marked together if that delays none for longer than this.
const MARK_PAUSE: Duration = Duration::from_millis(50);
/// So many events are marked at once.
const MARK_AT: usize = 512;
/// How soon the lag of consumers that are behind is read again.
const HOLD: Duration = Duration::from_millis(25);

/// The relay's settings; the defaults are meant for production.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    /// Reads the outbox this often even if no commit woke it (another replica may have committed).
    pub poll: Duration,
    /// Compares the stream with the outbox, and checks that the lock is still held, this often.
    pub compare: Duration,
    /// Events read at a time.
    pub batch: u64,
    /// Aggregates published concurrently.
    pub concurrency: usize,
}

impl Default for RelayConfig {
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(500),
            compare: Duration::from_secs(5),
            batch: 1024,
            concurrency: 1024,
        }
    }
}

/// Starts the relay; it ends when `stop` is cancelled.
pub fn run_relay(
    db: Db,
    bus: Arc<dyn Bus>,
    config: RelayConfig,
    stop: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let outages = Outages::default();
        while !stop.is_cancelled() {
            let pause = match Lock::try_acquire(&db, "relay").await {
                Ok(Some(lock)) => {
                    let mut relay = Relay::new(&db, &bus, &config, &outages);
                    // Stopping waits for the current statement: a connection that is left in the middle of one cannot be used any
                    // more (see `Db::close`).
                    if let Err(error) = relay.lead(lock, &stop).await
                        && let Some(Report { failures, .. }) = outages.lead.failed()
                    {
                        tracing::warn!(service = db.service(), failures, %error, "the relay starts over");
                    }
                    config.poll.min(Duration::from_secs(1))
                }
                Ok(None) => config.poll,
                Err(error) => {
                    if let Some(Report { failures, .. }) = outages.lead.failed() {
                        tracing::warn!(service = db.service(), failures, %error, "the relay has no database");
                    }
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

/// What is logged once and then counted while it lasts.
#[derive(Default)]
struct Outages {
    /// While leading: the database or the bus is unavailable.
    lead: Outage,
    publish: Outage,
    pushed_out: Outage,
}

/// An aggregate whose events are being published now.
#[derive(Default)]
struct Work {
    /// Calls of [`publishing::publish`].
    runs: usize,
    /// One of them failed.
    failed: bool,
    events: usize,
    /// The last versions among them.
    last: Vec<(VersionCounter, i64)>,
    /// It is in the lane for events that are published again.
    again: bool,
}

impl Work {
    /// Whether the event, or a later one, is being published.
    fn has(&self, event: &Envelope) -> bool {
        let counter = counter_of(event);
        let last = self.last.iter().find(|(other, _)| *other == counter);
        last.is_some_and(|(_, last)| event.aggregate_version <= *last)
    }
}

struct Relay<'a> {
    db: &'a Db,
    bus: &'a Arc<dyn Bus>,
    config: &'a RelayConfig,
    outages: &'a Outages,
    at_work: FuturesUnordered<BoxFuture<'static, Outcome>>,
    aggregates: HashMap<Uuid, Work>,
    direct: Direct,
    /// Acknowledged, not yet marked.
    unmarked: Vec<(EventId, i64)>,
    marked_at: Instant,
    /// The highest sequence seen so far; a new one below it means that the stream went back.
    highest: i64,
    /// The stream's first sequence at the last look.
    first: i64,
    /// Lost events are being marked to be published again.
    refill: Option<Refill>,
    /// The last read did not return everything.
    behind: bool,
    /// The last publish failed.
    failing: bool,
    /// There may be events to publish again.
    repeating: bool,
    /// They wait for consumers.
    holding: bool,
    repeated_at: Instant,
    /// Events that were published again since there were none left last time.
    repeated: usize,
}

impl<'a> Relay<'a> {
    fn new(
        db: &'a Db,
        bus: &'a Arc<dyn Bus>,
        config: &'a RelayConfig,
        outages: &'a Outages,
    ) -> Self {
        Self {
            db,
            bus,
            config,
            outages,
            at_work: FuturesUnordered::new(),
            aggregates: HashMap::new(),
            direct: Direct::default(),
            unmarked: Vec::new(),
            marked_at: Instant::now(),
            highest: 0,
            first: 0,
            refill: None,
            behind: false,
            failing: false,
            repeating: true,
            holding: false,
            repeated_at: Instant::now(),
            repeated: 0,
        }
    }

    async fn lead(&mut self, mut lock: Lock, stop: &CancellationToken) -> Result<(), RelayError> {
        tracing::debug!(service = self.db.service(), "the relay leads");
        let committed = Arc::clone(self.db.committed());
        let _taking = self.db.fresh().begin();
        let mut asks = self.bus.repair_asks(self.db.service()).await?;
        self.compare().await?;
        let mut compared = Instant::now();
        let mut look = true;
        let mut looked: Option<Instant> = None;
        loop {
            if look && self.may_look(looked) {
                self.start_publishing().await?;
                (look, looked) = (false, Some(Instant::now()));
            }
            if self.at_work.is_empty() {
                // There is nothing to do, or everything was marked.
                self.works();
            }
            let pause = if look {
                LOOK_AGAIN
            } else if self.holding {
                HOLD
            } else {
                self.config.poll
            };
            look |= tokio::select! {
                Some(outcome) = self.at_work.next() => self.record(outcome).await?,
                () = committed.notified() => self.publish_direct(),
                Some(ask) = asks.next() => self.repair(&ask).await?,
                // Not while publishing fails: that would cut short the pause between two attempts.
                () = std::future::ready(()), if self.refill.is_some() && !self.failing => {
                    self.mark_lost().await?;
                    true
                }
                () = tokio::time::sleep(pause) => {
                    // An operator may have requested a repetition.
                    self.repeating |= !look;
                    true
                }
                () = stop.cancelled() => return self.mark().await,
            };
            // Under load the pause above never ends. On a bus between processes, other replicas may have committed.
            let longest = if self.bus.keeps_events() {
                OTHERS.min(self.config.poll)
            } else {
                self.config.poll
            };
            look |= looked.is_none_or(|at| at.elapsed() >= longest);
            if compared.elapsed() >= self.config.compare {
                if !lock.still_held().await {
                    return Err(RelayError::LockLost);
                }
                self.compare().await?;
                compared = Instant::now();
                // An operator may have requested a repetition.
                self.repeating = true;
            }
        }
    }

    /// Whether to read the outbox now: what is at work should end first, but a slow consumer is not waited for.
    fn may_look(&self, looked: Option<Instant>) -> bool {
        self.at_work.is_empty() || looked.is_none_or(|at| at.elapsed() >= LOOK_PAUSE)
    }

    /// Logs that it works again, if it had failed.
    fn works(&self) {
        if let Some(Report { failures, lasted }) = self.outages.lead.over() {
            tracing::info!(
                service = self.db.service(),
                failures,
                ?lasted,
                "the relay works again"
            );
        }
    }

    /// Reads what is to be published and not in progress, and starts publishing it: new events first.
    async fn start_publishing(&mut self) -> Result<(), RelayError> {
        // Else the outbox would return what is published already.
        self.mark().await?;
        let room = self
            .config
            .concurrency
            .saturating_sub(self.aggregates.len());
        if room == 0 {
            self.behind = true;
            return Ok(());
        }
        let at_work = |again| {
            let works = self.aggregates.values().filter(move |it| it.again == again);
            works.map(|it| it.events as u64).sum::<u64>()
        };
        let limit = self.config.batch + at_work(false) + self.direct.waiting();
        let repeated = at_work(true);
        let fresh = outbox::unpublished(self.db, limit).await?;
        self.behind = fresh.len() as u64 == limit;
        // However many new events there are, repetitions continue.
        let due = self.repeating && repeated == 0 && self.repeated_at.elapsed() >= MAX_HOLD;
        let reserve = if due { (room / 8).max(1) } else { 0 };
        for event in &fresh {
            let work = self.aggregates.get(&event.aggregate_id);
            if work.is_some_and(|work| !work.has(event)) {
                self.direct.wait(event.clone());
            }
        }
        let mut fresh = self.by_aggregate(fresh, room - reserve, false);
        if self.repeating && !fresh.is_empty() {
            // What was published before goes first: consumers may have missed it.
            let events: Vec<Envelope> = fresh.iter().flatten().map(|(it, _)| it.clone()).collect();
            if let Some(refill) = &self.refill {
                refill.before(self.db, &events).await?;
            }
            let before = outbox::to_repeat_before(self.db, &events).await?;
            // There may be more than one turn takes: publish those first, and nothing new that could overtake the rest.
            if before.len() == outbox::MAX_ROWS {
                fresh.clear();
            }
            for old in publishing::by_aggregate(before, true) {
                let same = |all: &&mut Together| all[0].0.aggregate_id == old[0].0.aggregate_id;
                match fresh.iter_mut().find(same) {
                    Some(all) => all.extend(old),
                    None => fresh.push(old),
                }
            }
        }
        let room = room - fresh.len();
        for events in fresh {
            self.publish(events, false);
        }
        // One batch at a time: each is read, published and marked as a whole.
        if self.repeating && repeated == 0 && room > 0 && self.consumers_keep_up().await {
            self.start_repeating(room).await?;
        }
        Ok(())
    }

    async fn start_repeating(&mut self, room: usize) -> Result<(), RelayError> {
        let old = outbox::to_repeat(self.db, REPEATED_BATCH).await?;
        self.repeating = !old.is_empty();
        if !self.repeating && self.refill.is_none() && self.repeated > 0 {
            let count = std::mem::take(&mut self.repeated);
            tracing::info!(
                service = self.db.service(),
                count,
                "events were published again"
            );
        }
        let share = (self.config.concurrency / REPEATED_SHARE).max(1);
        for events in self.by_aggregate(old, room.min(share), true) {
            self.repeated_at = Instant::now();
            self.publish(events, true);
        }
        Ok(())
    }

    /// Groups those whose aggregates are not in progress; at most `room` aggregates, the rest is read again.
    fn by_aggregate(
        &mut self,
        mut events: Vec<Envelope>,
        room: usize,
        again: bool,
    ) -> Vec<Together> {
        events.retain(|event| !self.aggregates.contains_key(&event.aggregate_id));
        let mut groups = publishing::by_aggregate(events, again);
        self.behind |= groups.len() > room && !again;
        groups.truncate(room);
        groups
    }

    fn publish(&mut self, mut events: Together, again: bool) {
        // Ids are ordered by creation time; replicas' clocks may differ, versions do not.
        events.sort_by_key(|(event, _)| event.aggregate_version);
        let aggregate = events[0].0.aggregate_id;
        let work = self.aggregates.entry(aggregate).or_default();
        work.runs += 1;
        work.events += events.len();
        work.again = again;
        for (event, _) in &events {
            let (counter, version) = (counter_of(event), event.aggregate_version);
            if !self.bus.keeps_events() {
                self.direct.published(counter.clone(), version);
            }
            match work.last.iter_mut().find(|(other, _)| *other == counter) {
                Some((_, last)) => *last = version.max(*last),
                None => work.last.push((counter, version)),
            }
        }
        self.repeated += events.iter().filter(|(_, again)| *again).count();
        let bus = Arc::clone(self.bus);
        self.at_work
            .push(Box::pin(publishing::publish(bus, aggregate, events)));
    }

    /// Whether consumers have few enough events ahead of them to get old ones. If that never happens, they get some now and then.
    async fn consumers_keep_up(&mut self) -> bool {
        self.holding = self.bus.keeps_events()
            && self.repeated_at.elapsed() < MAX_HOLD
            && !matches!(lag(self.db, self.bus).await, Ok(lag) if lag.most <= MAX_BEHIND);
        !self.holding
    }

    /// Stores in the outbox what the bus has acknowledged.
    async fn mark(&mut self) -> Result<(), RelayError> {
        outbox::mark(self.db, &self.unmarked).await?;
        metrics::counter!("waybill_outbox_published_total", "service" => self.db.service())
            .increment(self.unmarked.len() as u64);
        self.unmarked.clear();
        self.marked_at = Instant::now();
        Ok(())
    }

    /// Forgets what is not at work any more.
    fn end(&mut self, outcome: &Outcome) {
        let Entry::Occupied(mut entry) = self.aggregates.entry(outcome.aggregate) else {
            return;
        };
        let work = entry.get_mut();
        work.runs -= 1;
        work.events -= outcome.events;
        work.failed |= outcome.failed.is_some();
        for (counter, version) in &work.last {
            if work.failed {
                self.direct.forget(counter);
            } else if work.runs == 0 {
                self.direct.published(counter.clone(), *version);
            }
        }
        if work.runs == 0 {
            entry.remove();
        }
    }

    /// Records one aggregate's outcome and all others that are ready. Returns whether to look for more.
    async fn record(&mut self, first: Outcome) -> Result<bool, RelayError> {
        let mut failed = None;
        let mut next = Some(first);
        let mut ended = Vec::new();
        while let Some(outcome) = next {
            self.end(&outcome);
            ended.push(outcome.aggregate);
            self.unmarked.extend(outcome.published);
            failed = failed.or(outcome.failed);
            next = futures::FutureExt::now_or_never(self.at_work.next()).flatten();
        }
        if self.bus.keeps_events() {
            self.notice_lost_copies().await?;
            self.notice_lost_tail().await?;
        }
        let mut missed = false;
        for aggregate in ended {
            missed |= self.publish_next(aggregate);
        }
        let any = !self.unmarked.is_empty();
        if self.bus.keeps_events()
            || self.at_work.is_empty()
            || self.unmarked.len() >= MARK_AT
            || self.marked_at.elapsed() >= MARK_PAUSE
        {
            self.mark().await?;
        }
        if any {
            self.works();
        }
        self.failing = failed.is_some();
        match failed {
            None => {
                if any && let Some(Report { failures, lasted }) = self.outages.publish.over() {
                    tracing::info!(
                        service = self.db.service(),
                        failures,
                        ?lasted,
                        "publishing continues"
                    );
                }
                missed |= self.publish_direct();
                Ok(missed || self.behind || self.repeating)
            }
            Some(BusError::StreamMissing { .. }) => {
                self.compare().await?;
                Ok(true)
            }
            Some(error) => {
                if let Some(Report { failures, .. }) = self.outages.publish.failed() {
                    tracing::warn!(service = self.db.service(), failures, %error, "publishing waits");
                }
                Ok(false)
            }
        }
    }
}

/// How far behind the consumers are; a missing stream has none.
async fn lag(db: &Db, bus: &Arc<dyn Bus>) -> Result<Lag, BusError> {
    match bus.lag(db.service()).await {
        Err(BusError::StreamMissing { .. }) => Ok(Lag::default()),
        lag => lag,
    }
}
