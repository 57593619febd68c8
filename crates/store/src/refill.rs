//! What a stream lost of the events that it acknowledged, found by comparing it with the outbox.
//!
//! A stream that was recreated or went back is refilled with everything. A stream that was purged, or from which events were
//! deleted, gets again what some durable consumer had not settled before. What its limits of age and size have dropped does not
//! count as lost.

use std::collections::VecDeque;

use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, sea_query::OnConflict,
};
use waybill_bus::{Bus, Envelope, StreamState};
use waybill_primitives::{EventId, Outage, Timestamp};

use crate::{
    Db, EventContext, StoreError,
    entity::{
        outbox::Column,
        stream_mark::{self, Model},
    },
    error::RelayError,
    outbox,
};

/// In place of the creation time of a stream.
const UNFINISHED: i64 = -1;

/// Events that a stream lost, on their way to be published again. They are marked page by page, so that new events go out
/// concurrently.
pub(crate) struct Refill {
    /// What matches one of these.
    lost: VecDeque<Condition>,
    /// Later events are in the stream as it is now.
    newest: Option<EventId>,
    /// Where the next page begins.
    after: Option<EventId>,
    /// The stream's mark to store when all are marked: a refill that stops before is found again.
    then: Option<Model>,
}

impl Refill {
    /// Of the events that match one of `lost`; `then` is stored as the stream's mark when it is done.
    async fn new(db: &Db, lost: Vec<Condition>, then: Option<Model>) -> Result<Self, StoreError> {
        Ok(Self {
            lost: lost.into(),
            newest: outbox::newest(db).await?,
            after: None,
            then,
        })
    }

    /// Of the events that the stream acknowledged from `lowest` on and no longer has; the events of `but` are in it.
    pub(crate) async fn of_tail(db: &Db, lowest: i64, but: &[EventId]) -> Result<Self, StoreError> {
        let known = mark(db).await?;
        Self::new(db, vec![outbox::from_sequence(lowest, but)], known)
            .await?
            .remembered(db)
            .await
    }

    /// New events soon get the numbers of lost ones. Then nothing shows any more that these are lost, so this mark is stored
    /// before: a relay that finds it treats the stream as recreated.
    async fn remembered(self, db: &Db) -> Result<Self, StoreError> {
        if let Some(then) = self.then.clone() {
            let created = UNFINISHED;
            save(db, Model { created, ..then }).await?;
        }
        Ok(self)
    }

    /// Marks the lost events of the aggregates of `events`, which must not overtake them.
    pub(crate) async fn before(&self, db: &Db, events: &[Envelope]) -> Result<(), StoreError> {
        for lost in &self.lost {
            let lost = self.known(lost).add(outbox::of_aggregates(events));
            counted(db, outbox::repeat(db, lost).await?);
        }
        Ok(())
    }

    fn known(&self, lost: &Condition) -> Condition {
        let known = self.newest.map(|newest| Column::Id.lte(newest));
        Condition::all().add(lost.clone()).add_option(known)
    }

    /// Marks one page. Returns whether it was the last.
    pub(crate) async fn page(&mut self, db: &Db) -> Result<bool, StoreError> {
        if let Some(lost) = self.lost.front() {
            let page = outbox::repeat_page(db, &self.known(lost), self.after).await?;
            counted(db, page.count);
            self.after = page.last;
            if self.after.is_none() {
                self.lost.pop_front();
            }
        }
        if !self.lost.is_empty() {
            return Ok(false);
        }
        if let Some(mark) = self.then.take() {
            save(db, mark).await?;
        }
        Ok(true)
    }
}

fn counted(db: &Db, count: u64) {
    metrics::counter!("waybill_outbox_refilled_total", "service" => db.service()).increment(count);
}

/// Compares, and returns what was lost. `settled` was read before `state`.
pub(crate) async fn compare(
    db: &Db,
    bus: &dyn Bus,
    settled: Option<u64>,
    state: &StreamState,
    pushed_out: &Outage,
) -> Result<Option<Refill>, RelayError> {
    let known = mark(db).await?;
    let now = Model {
        service: db.service().to_owned(),
        created: state.created.micros(),
        settled: settled.map(sequence),
        holes: Some(sequence(state.holes())),
    };
    let last = sequence(state.last_sequence);
    let highest = outbox::highest_sequence(db).await?;
    let mut lost = Vec::new();
    let mut went_back = false;
    match &known {
        Some(mark) if mark.created != now.created => lost.push(outbox::from_sequence(0, &[])),
        _ if highest > last => {
            went_back = true;
            lost.push(outbox::from_sequence(last.saturating_add(1), &[]));
        }
        Some(mark) => {
            lost.extend(taken_off(db, mark, &now, state, pushed_out).await?);
            lost.extend(taken_out(db, bus, mark, &now, state).await?);
        }
        None => {}
    }
    let mut some = Vec::new();
    for lost in lost {
        if outbox::any(db, lost.clone().add(Column::Sequence.gte(0))).await? {
            some.push(lost);
        }
    }
    if !some.is_empty() {
        tracing::warn!(
            service = db.service(),
            "the stream lost events that it had acknowledged; publishing them again"
        );
        let refill = Refill::new(db, some, Some(now)).await?;
        return Ok(Some(if went_back {
            refill.remembered(db).await?
        } else {
            refill
        }));
    }
    if known.as_ref() != Some(&now) {
        save(db, now).await?;
    }
    Ok(None)
}

/// Events at the stream's start that were removed before they were settled everywhere: by a purge, or by a limit.
async fn taken_off(
    db: &Db,
    mark: &Model,
    now: &Model,
    state: &StreamState,
    pushed_out: &Outage,
) -> Result<Option<Condition>, RelayError> {
    let first = sequence(state.first_sequence);
    // Consumers that were created since the last look may have seen none of the removed events.
    let settled = mark.settled.or(now.settled.map(|_| 0));
    let Some(settled) = settled.filter(|settled| first > settled + 1) else {
        return Ok(None);
    };
    let lost = recent(state)
        .add(Column::Sequence.gt(settled))
        .add(Column::Sequence.lt(first));
    if !state.full {
        return Ok(Some(lost));
    }
    // Published again, they would push out the next ones.
    let count = outbox::count(db, lost).await?;
    if count > 0 && pushed_out.failed().is_some() {
        tracing::error!(
            service = db.service(),
            count,
            "the stream's limit of size dropped events that a consumer has not seen; raise it, then: waybill events replay"
        );
    }
    Ok(None)
}

/// Events in the stream's middle that were deleted one by one or by subject, if a consumer may miss them.
async fn taken_out(
    db: &Db,
    bus: &dyn Bus,
    mark: &Model,
    now: &Model,
    state: &StreamState,
) -> Result<Vec<Condition>, RelayError> {
    if mark.holes.is_none_or(|before| now.holes <= Some(before)) {
        return Ok(Vec::new());
    }
    let settled = mark.settled.unwrap_or(0);
    let mut holes: Vec<i64> = bus
        .holes(db.service())
        .await?
        .into_iter()
        .map(sequence)
        .collect();
    holes.retain(|hole| *hole > settled);
    let pages = holes.chunks(outbox::MAX_ROWS);
    let lost = pages.map(|page| Column::Sequence.is_in(page.iter().copied()));
    Ok(lost.map(|lost| recent(state).add(lost)).collect())
}

/// Events that are too young for the stream to have dropped them because of their age.
fn recent(state: &StreamState) -> Condition {
    let oldest = state.max_age.map(|age| Timestamp::now().minus(age));
    Condition::all().add_option(oldest.map(|oldest| Column::At.gt(oldest)))
}

pub(crate) fn sequence(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The stream's state at the last comparison.
async fn mark(db: &Db) -> Result<Option<Model>, StoreError> {
    let mark = stream_mark::Entity::find_by_id(db.service().to_owned());
    Ok(mark.one(db.reader()).await?)
}

async fn save(db: &Db, mark: Model) -> Result<(), StoreError> {
    let replace = OnConflict::column(stream_mark::Column::Service)
        .update_columns([
            stream_mark::Column::Created,
            stream_mark::Column::Settled,
            stream_mark::Column::Holes,
        ])
        .to_owned();
    let tx = db.begin(&EventContext::default()).await?;
    stream_mark::Entity::insert(mark.into_active_model())
        .on_conflict(replace)
        .exec_without_returning(tx.conn())
        .await?;
    tx.commit().await
}
