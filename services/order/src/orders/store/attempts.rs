//! Attempts to pay an order: what keeps it from expiring, and from being edited, while they last. Whoever writes them holds
//! the lock of the order's row.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, Set, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::{OrderId, Timestamp};
use waybill_store::{StoreError, Tx};

use crate::orders::entity::attempt::{ActiveModel, Column, Entity};

/// Remembers that a payment has begun. None if it is known already, for instance because its end came first; else how many
/// there were before.
pub async fn open_attempt(
    tx: &Tx,
    order: OrderId,
    payment: Uuid,
    now: Timestamp,
) -> Result<Option<u64>, StoreError> {
    let known = Entity::find_by_id(payment).one(tx.conn()).await?;
    if known.is_some() {
        return Ok(None);
    }
    let earlier = Entity::find()
        .filter(Column::OrderId.eq(order.uuid()))
        .count(tx.conn())
        .await?;
    insert(tx, order, payment, now, Attempt::Open).await?;
    Ok(Some(earlier))
}

/// How far an attempt has come that has not been heard of before.
enum Attempt {
    Open,
    Closed,
    Refunded(i64),
}

/// Remembers that a payment has ended; also one whose beginning has not been heard of. How much of it is known to have gone
/// back already.
pub async fn close_attempt(
    tx: &Tx,
    order: OrderId,
    payment: Uuid,
    now: Timestamp,
) -> Result<Option<i64>, StoreError> {
    let Some(known) = Entity::find_by_id(payment).one(tx.conn()).await? else {
        insert(tx, order, payment, now, Attempt::Closed).await?;
        return Ok(None);
    };
    Entity::update_many()
        .col_expr(Column::ClosedAt, Expr::value(now.micros()))
        .filter(Column::PaymentId.eq(payment))
        .exec(tx.conn())
        .await?;
    Ok(known.refunded)
}

/// Remembers how much of a payment has gone back so far; also of one that has not been heard of.
pub async fn note_refund(
    tx: &Tx,
    order: OrderId,
    payment: Uuid,
    amount: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(known) = Entity::find_by_id(payment).one(tx.conn()).await? else {
        return insert(tx, order, payment, now, Attempt::Refunded(amount)).await;
    };
    Entity::update_many()
        .col_expr(
            Column::ClosedAt,
            Expr::value(known.closed_at.unwrap_or(now.micros())),
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

async fn insert(
    tx: &Tx,
    order: OrderId,
    payment: Uuid,
    now: Timestamp,
    attempt: Attempt,
) -> Result<(), StoreError> {
    let row = ActiveModel {
        payment_id: Set(payment),
        order_id: Set(order.uuid()),
        opened_at: Set(now.micros()),
        closed_at: Set(match attempt {
            Attempt::Open => None,
            Attempt::Closed | Attempt::Refunded(_) => Some(now.micros()),
        }),
        refunded: Set(match attempt {
            Attempt::Refunded(amount) => Some(amount),
            Attempt::Open | Attempt::Closed => None,
        }),
    };
    Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// When the latest payment began that has not ended and is younger than `since`.
pub async fn payment_under_way(
    connection: &impl ConnectionTrait,
    order: OrderId,
    since: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let latest = Entity::find()
        .filter(Column::OrderId.eq(order.uuid()))
        .filter(Column::ClosedAt.is_null())
        .filter(Column::OpenedAt.gt(since.micros()))
        .order_by_desc(Column::OpenedAt)
        .one(connection)
        .await?;
    Ok(latest.map(|row| Timestamp::from_micros(row.opened_at)))
}
