//! Rows of the outbox: written by a transaction's commit, read and marked by the relay.

use std::collections::BTreeSet;

use bytes::Bytes;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::{EventId, Timestamp};

use crate::{Db, EventContext, StoreError, db::tx::aggregate, entity::outbox};

/// In place of a sequence: the event was published before and is to be published again.
pub(crate) const AGAIN: i64 = -1;

/// Rows that one statement updates.
pub(crate) const MAX_ROWS: usize = 1000;

/// The oldest events that were never published.
pub(crate) async fn unpublished(db: &Db, limit: u64) -> Result<Vec<Envelope>, StoreError> {
    let fresh = outbox::Entity::find().filter(outbox::Column::Sequence.is_null());
    page_of(db, fresh, None, limit).await
}

/// The oldest events that are to be published again.
pub(crate) async fn to_repeat(db: &Db, limit: u64) -> Result<Vec<Envelope>, StoreError> {
    let old = outbox::Entity::find().filter(outbox::Column::Sequence.eq(AGAIN));
    page_of(db, old, None, limit).await
}

/// The oldest events of the aggregates of `events` that are to be published again, [`MAX_ROWS`] at most: they go first.
pub(crate) async fn to_repeat_before(
    db: &Db,
    events: &[Envelope],
) -> Result<Vec<Envelope>, StoreError> {
    let old = outbox::Entity::find()
        .filter(of_aggregates(events))
        .filter(outbox::Column::Sequence.eq(AGAIN));
    page_of(db, old, None, MAX_ROWS as u64).await
}

/// All events of the aggregates of `events`.
pub(crate) fn of_aggregates(events: &[Envelope]) -> Condition {
    let kinds: BTreeSet<&str> = events.iter().map(|it| aggregate(&it.subject)).collect();
    let ids: BTreeSet<Uuid> = events.iter().map(|it| it.aggregate_id).collect();
    Condition::all()
        .add(outbox::Column::Aggregate.is_in(kinds))
        .add(outbox::Column::AggregateId.is_in(ids))
}

fn envelope(row: outbox::Model, service: &str) -> Envelope {
    Envelope {
        id: row.id,
        subject: row.subject,
        source: service.to_owned(),
        aggregate_id: row.aggregate_id,
        aggregate_version: row.aggregate_version,
        time: row.at,
        traceparent: row.traceparent,
        request_id: row.request_id,
        actor: row.actor,
        payload: Bytes::from(row.payload),
    }
}

impl From<Envelope> for outbox::Model {
    /// The row of an event that was not published yet.
    fn from(event: Envelope) -> Self {
        Self {
            id: event.id,
            aggregate: aggregate(&event.subject).to_owned(),
            subject: event.subject,
            aggregate_id: event.aggregate_id,
            aggregate_version: event.aggregate_version,
            at: event.time,
            traceparent: event.traceparent,
            request_id: event.request_id,
            actor: event.actor,
            payload: event.payload.into(),
            sequence: None,
        }
    }
}

/// Stores the stream sequences that acknowledged these events.
pub(crate) async fn mark(db: &Db, published: &[(EventId, i64)]) -> Result<(), StoreError> {
    use outbox::Column;
    for some in published.chunks(MAX_ROWS) {
        crate::retrying(|| async {
            let tx = db.begin(&EventContext::default()).await?;
            for (id, sequence) in some {
                tx.defer_number(Column::Id, (*id).into(), (Column::Sequence, *sequence));
            }
            tx.commit().await
        })
        .await?;
    }
    Ok(())
}

/// The highest sequence that any event was acknowledged with; 0 for none.
pub(crate) async fn highest_sequence(db: &Db) -> Result<i64, StoreError> {
    let highest: Option<Option<i64>> = outbox::Entity::find()
        .select_only()
        .column_as(outbox::Column::Sequence.max(), "highest")
        .into_tuple()
        .one(db.reader())
        .await?;
    Ok(highest.flatten().unwrap_or(0))
}

/// Whether an event other than `id` holds `sequence`: then the stream assigned one number twice, so it went back.
pub(crate) async fn sequence_taken(
    db: &Db,
    id: EventId,
    sequence: i64,
) -> Result<bool, StoreError> {
    let other = outbox::Entity::find()
        .filter(outbox::Column::Sequence.eq(sequence))
        .filter(outbox::Column::Id.ne(id))
        .count(db.reader())
        .await?;
    Ok(other > 0)
}

/// Events from `sequence` on, except those of `but`.
pub(crate) fn from_sequence(sequence: i64, but: &[EventId]) -> Condition {
    Condition::all()
        .add(outbox::Column::Sequence.gte(sequence))
        .add(outbox::Column::Id.is_not_in(but.iter().copied()))
}

/// Marks the events of one aggregate from `version` on to be published again: a consumer misses them.
pub(crate) async fn repeat_aggregate(
    db: &Db,
    aggregate_id: Uuid,
    version: i64,
) -> Result<u64, StoreError> {
    let missed = Condition::all()
        .add(outbox::Column::AggregateId.eq(aggregate_id))
        .add(outbox::Column::AggregateVersion.gte(version));
    repeat(db, missed).await
}

/// Makes the running relay publish events again: those since `from`, and of one aggregate, where given. Consumers skip what they
/// have consumed already. Returns how many are published again.
pub async fn replay(
    db: &Db,
    from: Option<Timestamp>,
    aggregate: Option<Uuid>,
) -> Result<u64, StoreError> {
    let mut which = Condition::all();
    if let Some(from) = from {
        which = which.add(outbox::Column::At.gte(from));
    }
    if let Some(id) = aggregate {
        which = which.add(outbox::Column::AggregateId.eq(id));
    }
    repeat(db, which).await
}

/// The stream assigned the sequences of `published` to these events: any other event that holds one is lost, and is marked to be
/// published again.
pub(crate) async fn repeat_others(
    db: &Db,
    published: &[(EventId, i64)],
) -> Result<u64, StoreError> {
    let mut count = 0;
    for some in published.chunks(MAX_ROWS) {
        let lost = Condition::all()
            .add(outbox::Column::Sequence.is_in(some.iter().map(|(_, sequence)| *sequence)))
            .add(outbox::Column::Id.is_not_in(some.iter().map(|(id, _)| *id)));
        count += repeat(db, lost).await?;
    }
    Ok(count)
}

/// Marks the published events that match to be published again. In steps, so that commits of events do not wait for long.
pub(crate) async fn repeat(db: &Db, which: Condition) -> Result<u64, StoreError> {
    let (mut count, mut after) = (0, None);
    loop {
        let page = repeat_page(db, &which, after).await?;
        count += page.count;
        after = page.last;
        if after.is_none() {
            return Ok(count);
        }
    }
}

/// The result of one step.
pub(crate) struct Repeated {
    pub(crate) count: u64,
    /// Where the next step begins; none after the last one.
    pub(crate) last: Option<EventId>,
}

/// Marks the oldest [`MAX_ROWS`] of the published events that match, from just after `after`, to be published again.
pub(crate) async fn repeat_page(
    db: &Db,
    which: &Condition,
    after: Option<EventId>,
) -> Result<Repeated, StoreError> {
    let mut page = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(outbox::Column::Sequence.gte(0))
        .filter(which.clone())
        .order_by_asc(outbox::Column::Id)
        .limit(MAX_ROWS as u64);
    if let Some(after) = after {
        page = page.filter(outbox::Column::Id.gt(after));
    }
    let ids: Vec<EventId> = page.into_tuple().all(db.reader()).await?;
    if ids.is_empty() {
        return Ok(Repeated {
            count: 0,
            last: None,
        });
    }
    let count = crate::retrying(|| async {
        let tx = db.begin(&EventContext::default()).await?;
        let update = outbox::Entity::update_many()
            .col_expr(outbox::Column::Sequence, Expr::value(AGAIN))
            .filter(outbox::Column::Id.is_in(ids.iter().copied()))
            .filter(outbox::Column::Sequence.gte(0));
        let changed = update.exec(tx.conn()).await?.rows_affected;
        tx.commit().await?;
        Ok::<_, StoreError>(changed)
    })
    .await?;
    let last = ids.last().filter(|_| ids.len() == MAX_ROWS).copied();
    Ok(Repeated { count, last })
}

/// The newest event, published or not.
pub(crate) async fn newest(db: &Db) -> Result<Option<EventId>, StoreError> {
    let newest = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .order_by_desc(outbox::Column::Id)
        .into_tuple()
        .one(db.reader());
    Ok(newest.await?)
}

/// Whether the outbox still has this version of the aggregate.
pub(crate) async fn holds(db: &Db, aggregate_id: Uuid, version: i64) -> Result<bool, StoreError> {
    let row = Condition::all()
        .add(outbox::Column::AggregateId.eq(aggregate_id))
        .add(outbox::Column::AggregateVersion.eq(version));
    any(db, row).await
}

/// How many events match.
pub(crate) async fn count(db: &Db, which: Condition) -> Result<u64, StoreError> {
    let matching = outbox::Entity::find().filter(which);
    Ok(matching.count(db.reader()).await?)
}

/// Whether any event matches.
pub(crate) async fn any(db: &Db, which: Condition) -> Result<bool, StoreError> {
    let matching = outbox::Entity::find().filter(which);
    let one = matching.select_only().column(outbox::Column::Id).limit(1);
    let id: Option<EventId> = one.into_tuple().one(db.reader()).await?;
    Ok(id.is_some())
}

/// How many events wait to be published, the first time or again.
pub async fn backlog(db: &Db) -> Result<u64, StoreError> {
    count(db, waits()).await
}

fn waits() -> Condition {
    Condition::any()
        .add(outbox::Column::Sequence.is_null())
        .add(outbox::Column::Sequence.eq(AGAIN))
}

/// The events that wait to be published, again or for the first time.
pub async fn waiting_events(db: &Db) -> Result<Vec<EventId>, StoreError> {
    let ids = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(waits());
    Ok(ids.into_tuple().all(db.reader()).await?)
}

/// The events that were published with a later sequence than this.
pub async fn published_after(db: &Db, sequence: u64) -> Result<Vec<EventId>, StoreError> {
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    let ids = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(outbox::Column::Sequence.gt(sequence));
    Ok(ids.into_tuple().all(db.reader()).await?)
}

/// The events in the outbox of one aggregate kind (`order`), oldest first, from just after `after`; for checks and repairs.
pub async fn outbox_events(
    db: &Db,
    kind: &str,
    after: Option<EventId>,
    limit: u64,
) -> Result<Vec<Envelope>, StoreError> {
    let of_kind = outbox::Entity::find().filter(outbox::Column::Aggregate.eq(kind));
    page_of(db, of_kind, after, limit).await
}

/// As [`outbox_events`], for all kinds.
pub async fn all_outbox_events(
    db: &Db,
    after: Option<EventId>,
    limit: u64,
) -> Result<Vec<Envelope>, StoreError> {
    page_of(db, outbox::Entity::find(), after, limit).await
}

async fn page_of(
    db: &Db,
    query: sea_orm::Select<outbox::Entity>,
    after: Option<EventId>,
    limit: u64,
) -> Result<Vec<Envelope>, StoreError> {
    let mut query = query.order_by_asc(outbox::Column::Id).limit(limit);
    if let Some(after) = after {
        query = query.filter(outbox::Column::Id.gt(after));
    }
    let rows = query.all(db.reader()).await?;
    Ok(rows
        .into_iter()
        .map(|row| envelope(row, db.service()))
        .collect())
}

/// Deletes published events older than `before` that are not to be published again, at most `limit` at a time. Returns how many.
pub(crate) async fn prune(
    connection: &impl ConnectionTrait,
    before: Timestamp,
    limit: u64,
) -> Result<u64, StoreError> {
    let old: Vec<EventId> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(outbox::Column::Sequence.gte(0))
        .filter(outbox::Column::At.lt(before))
        .order_by_asc(outbox::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(connection)
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let deleted = outbox::Entity::delete_many()
        .filter(outbox::Column::Id.is_in(old))
        .exec(connection)
        .await?;
    Ok(deleted.rows_affected)
}
