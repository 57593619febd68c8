//! Rows of the outbox: written by a transaction's commit, read and marked by the relay.

use bytes::Bytes;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, ExprTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
    sea_query::{CaseStatement, Expr},
};
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::{EventId, Timestamp};

use crate::{Db, EventContext, StoreError, entity::outbox};

pub(crate) async fn insert(
    transaction: &impl ConnectionTrait,
    events: Vec<Envelope>,
) -> Result<(), StoreError> {
    let rows = events.into_iter().map(|event| outbox::ActiveModel {
        id: Set(event.id.uuid()),
        aggregate: Set(aggregate(&event.subject).to_owned()),
        subject: Set(event.subject.clone()),
        aggregate_id: Set(event.aggregate_id),
        aggregate_version: Set(event.aggregate_version),
        at: Set(event.time.micros()),
        traceparent: Set(event.traceparent),
        request_id: Set(event.request_id),
        actor: Set(event.actor),
        payload: Set(event.payload.to_vec()),
        sequence: Set(None),
    });
    outbox::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// The third word of a subject: `order` of `waybill.order.order.placed`.
fn aggregate(subject: &str) -> &str {
    subject.split('.').nth(2).unwrap_or(subject)
}

/// The oldest unpublished events.
pub(crate) async fn unpublished(db: &Db, limit: u64) -> Result<Vec<Envelope>, StoreError> {
    let rows = outbox::Entity::find()
        .filter(outbox::Column::Sequence.is_null())
        .order_by_asc(outbox::Column::Id)
        .limit(limit)
        .all(db.reader())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| envelope(row, db.service()))
        .collect())
}

fn envelope(row: outbox::Model, service: &str) -> Envelope {
    Envelope {
        id: EventId::from_uuid(row.id),
        subject: row.subject,
        source: service.to_owned(),
        aggregate_id: row.aggregate_id,
        aggregate_version: row.aggregate_version,
        time: Timestamp::from_micros(row.at),
        traceparent: row.traceparent,
        request_id: row.request_id,
        actor: row.actor,
        payload: Bytes::from(row.payload),
    }
}

/// Keeps the stream sequences that acknowledged these events, in one statement.
pub(crate) async fn mark(db: &Db, published: &[(Uuid, i64)]) -> Result<(), StoreError> {
    if published.is_empty() {
        return Ok(());
    }
    crate::retrying(|| async {
        let tx = db.begin(&EventContext::default()).await?;
        let mut sequence = CaseStatement::new();
        for (id, number) in published {
            sequence = sequence.case(Expr::col(outbox::Column::Id).eq(*id), *number);
        }
        outbox::Entity::update_many()
            .col_expr(outbox::Column::Sequence, sequence.into())
            .filter(outbox::Column::Id.is_in(published.iter().map(|(id, _)| *id)))
            .exec(tx.conn())
            .await?;
        tx.commit().await
    })
    .await
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

/// Whether an event other than `id` holds `sequence`: then the stream gave one number out twice, so it went back.
pub(crate) async fn sequence_taken(db: &Db, id: Uuid, sequence: i64) -> Result<bool, StoreError> {
    let other = outbox::Entity::find()
        .filter(outbox::Column::Sequence.eq(sequence))
        .filter(outbox::Column::Id.ne(id))
        .count(db.reader())
        .await?;
    Ok(other > 0)
}

/// Makes events from `sequence` on unpublished again; those of `but` stay. Returns how many.
pub(crate) async fn forget_from(db: &Db, sequence: i64, but: &[Uuid]) -> Result<u64, StoreError> {
    let none: Option<i64> = None;
    let update = outbox::Entity::update_many()
        .col_expr(outbox::Column::Sequence, Expr::value(none))
        .filter(outbox::Column::Sequence.gte(sequence))
        .filter(outbox::Column::Id.is_not_in(but.iter().copied()));
    Ok(update.exec(db.writer()).await?.rows_affected)
}

/// Makes the events of one aggregate from `version` on unpublished again: a consumer misses them.
pub(crate) async fn forget_aggregate(
    db: &Db,
    aggregate_id: Uuid,
    version: i64,
) -> Result<u64, StoreError> {
    let none: Option<i64> = None;
    let update = outbox::Entity::update_many()
        .col_expr(outbox::Column::Sequence, Expr::value(none))
        .filter(outbox::Column::AggregateId.eq(aggregate_id))
        .filter(outbox::Column::AggregateVersion.gte(version));
    Ok(update.exec(db.writer()).await?.rows_affected)
}

/// How many events wait to be published.
pub async fn backlog(db: &Db) -> Result<u64, StoreError> {
    let count = outbox::Entity::find()
        .filter(outbox::Column::Sequence.is_null())
        .count(db.reader())
        .await?;
    Ok(count)
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

/// As [`outbox_events`], of every kind.
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
        query = query.filter(outbox::Column::Id.gt(after.uuid()));
    }
    let rows = query.all(db.reader()).await?;
    Ok(rows
        .into_iter()
        .map(|row| envelope(row, db.service()))
        .collect())
}

/// Deletes published events older than `before`, at most `limit` at a time. Returns how many.
pub(crate) async fn prune(
    connection: &impl ConnectionTrait,
    before: Timestamp,
    limit: u64,
) -> Result<u64, StoreError> {
    let old: Vec<Uuid> = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(outbox::Column::Sequence.is_not_null())
        .filter(outbox::Column::At.lt(before.micros()))
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
