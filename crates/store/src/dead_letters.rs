//! Events that a consumer gave up on: an operator can list and retry them.

use std::sync::Arc;

use bytes::Bytes;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    sea_query::Expr,
};
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::Timestamp;

use crate::{
    Db, EventContext, EventHandler, HandlerError, StoreError, Tx, entity::dead_letter, guard, rows,
};

/// An event that could not be consumed.
#[derive(Debug, Clone)]
pub struct DeadLetter {
    pub id: Uuid,
    pub consumer: String,
    pub event: Envelope,
    /// The last failure.
    pub error: String,
    pub attempts: i32,
    pub at: Timestamp,
    /// A retry was requested and has not happened yet.
    pub retry_requested: bool,
}

impl From<dead_letter::Model> for DeadLetter {
    fn from(row: dead_letter::Model) -> Self {
        let event = Envelope {
            id: row.event_id,
            subject: row.subject,
            source: row.source,
            aggregate_id: row.aggregate_id,
            aggregate_version: row.aggregate_version,
            time: row.event_at,
            traceparent: row.traceparent,
            request_id: row.request_id,
            actor: row.actor,
            payload: Bytes::from(row.payload),
        };
        Self {
            id: row.id,
            consumer: row.consumer,
            event,
            error: row.error,
            attempts: row.attempts,
            at: row.at,
            retry_requested: row.retry_requested,
        }
    }
}

/// Error texts longer than this are truncated.
const MAX_ERROR: usize = 4000;

pub(crate) async fn insert(
    tx: &Tx,
    consumer: &str,
    event: &Envelope,
    error: &str,
    attempts: u32,
) -> Result<(), StoreError> {
    let row = dead_letter::Model {
        id: Uuid::now_v7(),
        consumer: consumer.to_owned(),
        event_id: event.id,
        source: event.source.clone(),
        subject: event.subject.clone(),
        aggregate_id: event.aggregate_id,
        aggregate_version: event.aggregate_version,
        event_at: event.time,
        traceparent: event.traceparent.clone(),
        request_id: event.request_id.clone(),
        actor: event.actor.clone(),
        payload: event.payload.to_vec(),
        error: error.chars().take(MAX_ERROR).collect(),
        attempts: i32::try_from(attempts).unwrap_or(i32::MAX),
        at: Timestamp::now(),
        retry_requested: false,
    };
    rows::insert(tx.conn(), row).await
}

/// The oldest dead letters, at most `limit`.
pub async fn list(db: &Db, limit: u64) -> Result<Vec<DeadLetter>, StoreError> {
    let rows = dead_letter::Entity::find()
        .order_by_asc(dead_letter::Column::Id)
        .limit(limit)
        .all(db.reader())
        .await?;
    Ok(rows.into_iter().map(DeadLetter::from).collect())
}

/// Requests a retry of one dead letter, or of all of them. The running service picks it up at its next poll (2 s). Returns how
/// many were requested.
pub async fn request_retry(db: &Db, id: Option<Uuid>) -> Result<u64, StoreError> {
    let mut update = dead_letter::Entity::update_many()
        .col_expr(dead_letter::Column::RetryRequested, Expr::value(true));
    if let Some(id) = id {
        update = update.filter(dead_letter::Column::Id.eq(id));
    }
    Ok(update.exec(db.writer()).await?.rows_affected)
}

/// Retries the requested letters. A letter that fails again stays, with the new error.
pub(crate) async fn retry(db: &Db, handler: &Arc<dyn EventHandler>) -> Result<(), StoreError> {
    let asked = dead_letter::Entity::find()
        .filter(dead_letter::Column::Consumer.eq(handler.info().name))
        .filter(dead_letter::Column::RetryRequested.eq(true))
        .order_by_asc(dead_letter::Column::Id)
        .limit(100)
        .all(db.reader())
        .await?;
    for letter in asked.into_iter().map(DeadLetter::from) {
        match again(db, handler, &letter).await {
            Ok(()) => {}
            Err(HandlerError::Store(error)) if error.is_unavailable() => return Err(error),
            Err(error) => {
                let error = crate::chain(&error);
                tracing::warn!(consumer = handler.info().name, event_id = %letter.event.id, error, "the dead letter failed again");
                note_failure(db, &letter, &error).await?;
            }
        }
    }
    Ok(())
}

async fn again(
    db: &Db,
    handler: &Arc<dyn EventHandler>,
    letter: &DeadLetter,
) -> Result<(), HandlerError> {
    let tx = db.begin(&EventContext::of(&letter.event)).await?;
    let deleted = dead_letter::Entity::delete_by_id(letter.id)
        .exec(tx.conn())
        .await?;
    if deleted.rows_affected == 0 {
        // Another replica was faster.
        tx.rollback().await?;
        return Ok(());
    }
    guard::apply(handler, &tx, &letter.event).await?;
    tx.commit().await?;
    Ok(())
}

async fn note_failure(db: &Db, letter: &DeadLetter, error: &str) -> Result<(), StoreError> {
    let error: String = error.chars().take(MAX_ERROR).collect();
    dead_letter::Entity::update_many()
        .col_expr(dead_letter::Column::RetryRequested, Expr::value(false))
        .col_expr(
            dead_letter::Column::Attempts,
            Expr::value(letter.attempts.saturating_add(1)),
        )
        .col_expr(dead_letter::Column::Error, Expr::value(error))
        .filter(dead_letter::Column::Id.eq(letter.id))
        .exec(db.writer())
        .await?;
    Ok(())
}
