//! Attempts to pay an order, which delay its expiry and prevent edits while they are in progress. Writers must hold the lock of the
//! order's row.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, sea_query::Expr,
};
use waybill_primitives::{OrderId, PaymentId, Timestamp};
use waybill_store::{StoreError, Tx};

use crate::{
    base::store::insert,
    orders::entity::attempt::{Column, Entity, Model},
};

/// Stores the start of a payment. None if it is known already, for instance because its end arrived first; otherwise the number of
/// earlier attempts.
pub async fn open_attempt(
    tx: &Tx,
    order: OrderId,
    payment: PaymentId,
    now: Timestamp,
) -> Result<Option<u64>, StoreError> {
    let known = Entity::find_by_id(payment).one(tx.conn()).await?;
    if known.is_some() {
        return Ok(None);
    }
    let earlier = Entity::find()
        .filter(Column::OrderId.eq(order))
        .count(tx.conn())
        .await?;
    insert(tx, &begun(order, payment, now)).await?;
    Ok(Some(earlier))
}

/// A new attempt.
const fn begun(order: OrderId, payment: PaymentId, now: Timestamp) -> Model {
    Model {
        payment_id: payment,
        order_id: order,
        opened_at: now,
        closed_at: None,
        refunded: None,
    }
}

/// Stores the end of a payment, even if its start is unknown. Returns the amount that was already refunded.
pub async fn close_attempt(
    tx: &Tx,
    order: OrderId,
    payment: PaymentId,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let Some(known) = Entity::find_by_id(payment).one(tx.conn()).await? else {
        let closed = Model {
            closed_at: Some(now),
            ..begun(order, payment, now)
        };
        insert(tx, &closed).await?;
        return Ok(None);
    };
    Entity::update_many()
        .col_expr(Column::ClosedAt, Expr::value(now))
        .filter(Column::PaymentId.eq(payment))
        .exec(tx.conn())
        .await?;
    Ok(known.refunded)
}

/// Stores the refunded amount of a payment, even of an unknown one.
pub async fn note_refund(
    tx: &Tx,
    order: OrderId,
    payment: PaymentId,
    amount: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(known) = Entity::find_by_id(payment).one(tx.conn()).await? else {
        let refunded = Model {
            closed_at: Some(now),
            refunded: Some(amount),
            ..begun(order, payment, now)
        };
        return insert(tx, &refunded).await;
    };
    Entity::update_many()
        .col_expr(
            Column::ClosedAt,
            Expr::value(known.closed_at.unwrap_or(now)),
        )
        .col_expr(
            Column::Refunded,
            Expr::value(known.refunded.unwrap_or(0).max(amount)),
        )
        .filter(Column::PaymentId.eq(payment))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The start of the latest payment that has not ended and started after `since`.
pub async fn payment_under_way(
    connection: &impl ConnectionTrait,
    order: OrderId,
    since: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let latest = Entity::find()
        .filter(Column::OrderId.eq(order))
        .filter(Column::ClosedAt.is_null())
        .filter(Column::OpenedAt.gt(since))
        .order_by_desc(Column::OpenedAt)
        .one(connection)
        .await?;
    Ok(latest.map(|row| row.opened_at))
}
