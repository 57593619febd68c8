//! Writing orders: one insert, one conditional update.

use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, sea_query::Expr,
};
use waybill_primitives::{OrderId, Timestamp};
use waybill_store::{Existing, StoreError, Tx};

use crate::{
    base::store,
    orders::{
        domain::{Assignee, Order, OrderKind, OrderStatus, PaymentStatus},
        entity::{
            item,
            order::{Column, Entity},
        },
    },
};

/// The columns that every step can change.
const CHANGING: [Column; 16] = [
    Column::Status,
    Column::PaymentStatus,
    Column::Holding,
    Column::AssigneeId,
    Column::AssigneeName,
    Column::ReplacedById,
    Column::QuoteState,
    Column::Quote,
    Column::PaymentId,
    Column::Refunded,
    Column::HeldFrom,
    Column::AvailableSince,
    Column::ExpiresAt,
    Column::CompletedAt,
    Column::Version,
    Column::UpdatedAt,
];

/// The row with its search text.
fn searchable(order: &Order) -> Order {
    Order {
        search: order.words().text(),
        ..order.clone()
    }
}

/// As [`insert`], with the commit ([`Tx::defer`]).
pub fn defer(tx: &Tx, order: &Order) {
    tx.defer([searchable(order)]);
    tx.defer(order.items.iter().cloned());
}

/// Whether this index refused an order's number, rather than another value.
pub fn is_number(constraint: &str) -> bool {
    // MySQL names the value, which a client may have chosen, before the index; SQLite names the column.
    let name = constraint.rsplit(" for key ").next();
    let constraint = name.unwrap_or(constraint);
    constraint.contains("orders_by_number") || constraint.contains("orders.number")
}

/// Writes a new order with its items. [`StoreError::Unique`]: its number is taken.
pub async fn insert(tx: &Tx, order: &Order) -> Result<(), StoreError> {
    store::insert(tx, &searchable(order)).await?;
    store::insert_all(tx, &order.items).await
}

/// As [`update`], with the editable columns; items are written separately.
pub async fn rewrite(tx: &Tx, order: &Order) -> Result<bool, StoreError> {
    let before = Column::Version.eq(order.version - 1);
    store::update(tx, &searchable(order), before).await
}

/// Replaces all items of an order.
pub async fn replace_items(tx: &Tx, order: &Order) -> Result<(), StoreError> {
    item::Entity::delete_many()
        .filter(item::Column::OrderId.eq(order.id))
        .exec(tx.conn())
        .await?;
    store::insert_all(tx, &order.items).await
}

/// Writes the next version of an order, which the transaction has locked, with the commit.
pub fn defer_update(tx: &Tx, order: &Order) {
    tx.defer_upsert([order.clone()], Existing::Replaced(CHANGING.to_vec()));
}

/// Writes what was refunded of the order's items, with the commit.
pub fn defer_refunded_units(tx: &Tx, order: &Order) {
    let refunded = vec![item::Column::RefundedQuantity];
    tx.defer_upsert(order.items.iter().cloned(), Existing::Replaced(refunded));
}

/// Writes the next version of an order. False if the version before is not the current one.
pub async fn update(tx: &Tx, order: &Order) -> Result<bool, StoreError> {
    let before = Column::Version.eq(order.version - 1);
    store::update_columns(tx, order, CHANGING, before).await
}

/// Assigns an order in the pool to a worker. False if it is not in the pool (any more).
pub async fn claim(
    tx: &Tx,
    id: OrderId,
    worker: &Assignee,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let none: Option<Timestamp> = None;
    let update = Entity::update_many()
        .col_expr(Column::AssigneeId, Expr::value(worker.id))
        .col_expr(Column::AssigneeName, Expr::value(worker.name.as_str()))
        .col_expr(Column::Status, Expr::value(OrderStatus::InProgress))
        .col_expr(Column::AvailableSince, Expr::value(none))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1_i64))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::AssigneeId.is_null())
        .filter(Column::Status.eq(OrderStatus::Pending))
        .filter(Column::PaymentStatus.eq(PaymentStatus::Paid))
        .filter(Column::Kind.ne(OrderKind::Goods));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}
