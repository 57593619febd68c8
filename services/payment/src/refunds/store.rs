//! Rows of refunds. Replicas share the open ones by conditional updates.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::{Money, PaymentId, Timestamp};
use waybill_store::{StoreError, Tx};

use super::domain::Refund;
use crate::{
    entities::refund::{ActiveModel, Column, Entity, Model},
    payments::{domain::Payment, store::corrupt},
};

fn to_domain(row: Model) -> Result<Refund, StoreError> {
    let currency = row.currency.parse().map_err(corrupt)?;
    Ok(Refund {
        id: row.id,
        payment_id: PaymentId::from_uuid(row.payment_id),
        amount: Money::new(row.amount, currency),
        reason: row.reason,
        attempts: row.attempts,
        next_attempt_at: row.next_attempt_at,
    })
}

/// Opens the refund of a payment, due at once.
pub async fn insert(
    tx: &Tx,
    payment: &Payment,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        id: Set(Uuid::now_v7()),
        payment_id: Set(payment.id.uuid()),
        reason: Set(reason.to_owned()),
        amount: Set(payment.amount.amount),
        currency: Set(payment.amount.currency.to_string()),
        provider_reference: Set(None),
        attempts: Set(0),
        next_attempt_at: Set(now.micros()),
        last_error: Set(None),
        completed: Set(false),
        created_at: Set(now.micros()),
        updated_at: Set(now.micros()),
    };
    Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Open refunds whose time has come, the longest waiting first.
pub async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Refund>, StoreError> {
    let rows = Entity::find()
        .filter(Column::Completed.eq(false))
        .filter(Column::NextAttemptAt.lte(now.micros()))
        .order_by_asc(Column::NextAttemptAt)
        .limit(limit)
        .all(connection)
        .await?;
    rows.into_iter().map(to_domain).collect()
}

/// Takes up a refund until the lease ends. False if another replica was faster.
pub async fn lease(
    tx: &Tx,
    refund: &Refund,
    until: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until.micros()))
        .col_expr(
            Column::Attempts,
            Expr::value(refund.attempts.saturating_add(1)),
        )
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(Column::Id.eq(refund.id))
        .filter(Column::Completed.eq(false))
        .filter(Column::NextAttemptAt.eq(refund.next_attempt_at))
        .exec(tx.conn())
        .await?;
    Ok(taken.rows_affected == 1)
}

/// Notes a failed attempt and when the next one is.
pub async fn postpone(
    tx: &Tx,
    refund: &Refund,
    error: &str,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(until.micros()))
        .col_expr(Column::LastError, Expr::value(error))
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
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
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(Column::Id.eq(refund.id))
        .filter(Column::Completed.eq(false))
        .exec(tx.conn())
        .await?;
    Ok(closed.rows_affected == 1)
}
