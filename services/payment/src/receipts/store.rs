//! Rows of receipts.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    sea_query::Expr,
};
use waybill_primitives::{PaymentId, Timestamp, UserId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows,
};

use super::domain::Receipt;
use crate::entity::receipt::{Column, Entity};

pub async fn insert(tx: &Tx, receipt: Receipt) -> Result<(), StoreError> {
    rows::insert(tx.conn(), receipt).await
}

/// Those of a payment that did not go back, the oldest first. Whoever has locked the payment has locked them.
pub async fn kept(
    connection: &impl ConnectionTrait,
    payment: PaymentId,
) -> Result<Vec<Receipt>, StoreError> {
    let kept = Entity::find()
        .filter(Column::PaymentId.eq(payment))
        .filter(Column::ReturnedAt.is_null())
        .order_by_asc(Column::Id);
    Ok(kept.all(connection).await?)
}

/// Marks those of a payment that did not go back yet.
pub async fn give_back(
    tx: &Tx,
    payment: PaymentId,
    reference: &str,
    by: UserId,
    now: Timestamp,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::ReturnedAt, Expr::value(now))
        .col_expr(Column::ReturnReference, Expr::value(reference))
        .col_expr(Column::ReturnedBy, Expr::value(by))
        .filter(Column::PaymentId.eq(payment))
        .filter(Column::ReturnedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Oldest first (ids are UUIDv7).
pub async fn list(
    connection: &impl ConnectionTrait,
    payment: PaymentId,
    query: &PageQuery,
) -> Result<Page<Receipt>, PageError> {
    let of_payment = Entity::find().filter(Column::PaymentId.eq(payment));
    let order = Keyset::asc("receipts", Column::Id);
    page::fetch(connection, of_payment, order, query).await
}
