//! Rows of refunds. Replicas distribute the open ones by conditional updates.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_store::{StoreError, Tx, rows};

use super::domain::Refund;
use crate::{
    entity::refund::{Column, Entity},
    payments::domain::Payment,
};

/// Opens the refund of a payment, due at once.
pub async fn insert(
    tx: &Tx,
    payment: &Payment,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let refund = Refund {
        id: Uuid::now_v7(),
        payment_id: payment.id,
        reason: reason.to_owned(),
        amount: payment.amount,
        currency: payment.currency,
        provider_reference: None,
        attempts: 0,
        next_attempt_at: now,
        last_error: None,
        completed: false,
        created_at: now,
        updated_at: now,
    };
    rows::insert(tx.conn(), refund).await
}

/// Open refunds that are due, the longest waiting first.
pub async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Refund>, StoreError> {
    let due = Entity::find()
        .filter(Column::Completed.eq(false))
        .filter(Column::NextAttemptAt.lte(now))
        .order_by_asc(Column::NextAttemptAt)
        .limit(limit);
    Ok(due.all(connection).await?)
}

/// Takes a refund until the lease ends. False if another replica was faster.
pub async fn lease(
    tx: &Tx,
    refund: &Refund,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until))
        .col_expr(
            Column::Attempts,
            Expr::value(refund.attempts.saturating_add(1)),
        )
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(refund.id))
        .filter(Column::Completed.eq(false))
        .filter(Column::NextAttemptAt.eq(refund.next_attempt_at))
        .exec(tx.conn())
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Records a failed attempt and the time of the next one.
pub async fn postpone(
    tx: &Tx,
    refund: &Refund,
    error: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until))
        .col_expr(Column::LastError, Expr::value(error))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(refund.id))
        .filter(Column::Completed.eq(false))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Closes the refund. False if it was closed before.
pub async fn complete(
    tx: &Tx,
    refund: &Refund,
    provider_reference: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let closed = Entity::update_many()
        .col_expr(Column::Completed, Expr::value(true))
        .col_expr(Column::ProviderReference, Expr::value(provider_reference))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(refund.id))
        .filter(Column::Completed.eq(false))
        .exec(tx.conn())
        .await?;
    Ok(closed.rows_affected == 1)
}
