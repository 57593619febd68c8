//! Rows of webhooks. Replicas distribute the open ones by conditional updates.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_store::{StoreError, Tx, rows};

use crate::entity::webhook::{Column, Entity, Model, WebhookState};

/// Stores a message. [`StoreError::Unique`]: it has arrived before.
pub async fn insert(tx: &Tx, webhook: Model) -> Result<(), StoreError> {
    rows::insert(tx.conn(), webhook).await
}

/// Open messages that are due, the longest waiting first.
pub async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Model>, StoreError> {
    let due = Entity::find()
        .filter(Column::State.eq(WebhookState::Open))
        .filter(Column::NextAttemptAt.lte(now))
        .order_by_asc(Column::NextAttemptAt)
        .limit(limit);
    Ok(due.all(connection).await?)
}

/// Takes a message until the lease ends. False if another replica was faster.
pub async fn lease(tx: &Tx, webhook: &Model, until: Timestamp) -> Result<bool, StoreError> {
    let attempts = webhook.attempts.saturating_add(1);
    let taken = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until))
        .col_expr(Column::Attempts, Expr::value(attempts))
        .filter(Column::Id.eq(webhook.id))
        .filter(Column::State.eq(WebhookState::Open))
        .filter(Column::NextAttemptAt.eq(webhook.next_attempt_at))
        .exec(tx.conn())
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Records a failed attempt and the time of the next one.
pub async fn postpone(
    tx: &Tx,
    webhook: &Model,
    error: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until))
        .col_expr(Column::LastError, Expr::value(error))
        .filter(Column::Id.eq(webhook.id))
        .filter(Column::State.eq(WebhookState::Open))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Closes a message.
pub async fn close(
    tx: &Tx,
    webhook: &Model,
    state: WebhookState,
    error: Option<&str>,
) -> Result<(), StoreError> {
    let mut update = Entity::update_many().col_expr(Column::State, Expr::value(state));
    if let Some(error) = error {
        update = update.col_expr(Column::LastError, Expr::value(error));
    }
    update
        .filter(Column::Id.eq(webhook.id))
        .filter(Column::State.eq(WebhookState::Open))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Deletes at most `limit` messages that were processed or ignored before `before`. Returns how many.
pub async fn prune(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let old = Condition::all()
        .add(Column::State.is_in([WebhookState::Done, WebhookState::Ignored]))
        .add(Column::NextAttemptAt.lt(before));
    rows::delete_some::<_, Uuid>(tx.conn(), Column::Id, old, limit).await
}
