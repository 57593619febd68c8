//! Writing orders: one insert, one conditional update.

use sea_orm::{
    ColumnTrait as _, EntityTrait as _, ExprTrait as _, QueryFilter as _, Set, sea_query::Expr,
};
use waybill_primitives::{OrderId, Timestamp, UserId};
use waybill_store::{StoreError, Tx};

use crate::orders::{
    domain::{Assignee, HistoryEntry, Order, OrderKind, OrderStatus, PaymentStatus},
    entity::{history, item, order},
};

/// Writes a new order with its items. [`StoreError::Unique`]: its number is taken.
pub async fn insert(tx: &Tx, order: &Order) -> Result<(), StoreError> {
    let row = order::ActiveModel {
        id: Set(order.id.uuid()),
        number: Set(order.number.clone()),
        customer_id: Set(order.customer.id.uuid()),
        customer_name: Set(order.customer.name.clone()),
        customer_email: Set(order.customer.email.clone()),
        currency: Set(order.total.currency.as_str().to_owned()),
        guest: Set(order.guest),
        replaces_id: Set(order.replaces.map(OrderId::uuid)),
        created_at: Set(order.created_at.micros()),
        ..contents(order)?
    };
    order::Entity::insert(row)
        .exec_without_returning(tx.conn())
        .await?;
    insert_items(tx, order).await
}

async fn insert_items(tx: &Tx, order: &Order) -> Result<(), StoreError> {
    if order.items.is_empty() {
        return Ok(());
    }
    let items = order
        .items
        .iter()
        .zip(0..)
        .map(|(line, position)| item::ActiveModel {
            order_id: Set(order.id.uuid()),
            position: Set(position),
            product_id: Set(line.product_id.uuid()),
            name: Set(line.name.clone()),
            kind: Set(line.kind.as_str().to_owned()),
            unit_price: Set(line.unit_price.amount),
            quantity: Set(line.quantity),
            line_total: Set(line.line_total.amount),
        });
    item::Entity::insert_many(items)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// What an edit can change besides what every step can.
fn contents(order: &Order) -> Result<order::ActiveModel, StoreError> {
    let address = order.shipping_address.as_ref();
    let address = address.map(serde_json::to_string).transpose();
    let address = address.map_err(|error| sea_orm::DbErr::Json(error.to_string()))?;
    Ok(order::ActiveModel {
        kind: Set(order.kind.as_str().to_owned()),
        title: Set(order.title.clone()),
        description: Set(order.description.clone()),
        special_instructions: Set(order.special_instructions.clone()),
        estimated_completion: Set(order.estimated_completion.map(Timestamp::micros)),
        total: Set(order.total.amount),
        shipping_address: Set(address),
        search: Set(order.search()),
        ..changeable(order)
    })
}

/// What can change after placing.
fn changeable(order: &Order) -> order::ActiveModel {
    order::ActiveModel {
        status: Set(order.status.as_str().to_owned()),
        payment_status: Set(order.payment_status.as_str().to_owned()),
        holding: Set(order.holding.as_str().to_owned()),
        assignee_id: Set(order.assignee.as_ref().map(|assignee| assignee.id.uuid())),
        assignee_name: Set(order
            .assignee
            .as_ref()
            .map(|assignee| assignee.name.clone())),
        replaced_by_id: Set(order.replaced_by.map(OrderId::uuid)),
        payment_id: Set(order.payment_id),
        held_from: Set(order.held_from.map(|status| status.as_str().to_owned())),
        available_since: Set(order.available_since.map(Timestamp::micros)),
        expires_at: Set(order.expires_at.map(Timestamp::micros)),
        completed_at: Set(order.completed_at.map(Timestamp::micros)),
        version: Set(order.version),
        updated_at: Set(order.updated_at.micros()),
        ..order::ActiveModel::default()
    }
}

/// As [`update`], with what the order is for; its items apart.
pub async fn rewrite(tx: &Tx, order: &Order) -> Result<bool, StoreError> {
    let update = order::Entity::update_many()
        .set(contents(order)?)
        .filter(order::Column::Id.eq(order.id.uuid()))
        .filter(order::Column::Version.eq(order.version - 1));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// Writes all items of an order anew.
pub async fn replace_items(tx: &Tx, order: &Order) -> Result<(), StoreError> {
    item::Entity::delete_many()
        .filter(item::Column::OrderId.eq(order.id.uuid()))
        .exec(tx.conn())
        .await?;
    insert_items(tx, order).await
}

/// Writes the next version of an order. False if the version before it is not the current one any more.
pub async fn update(tx: &Tx, order: &Order) -> Result<bool, StoreError> {
    let update = order::Entity::update_many()
        .set(changeable(order))
        .filter(order::Column::Id.eq(order.id.uuid()))
        .filter(order::Column::Version.eq(order.version - 1));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// Gives an order of the pool to a worker. False if it is not there (any more).
pub async fn claim(
    tx: &Tx,
    id: OrderId,
    worker: &Assignee,
    now: Timestamp,
) -> Result<bool, StoreError> {
    use order::Column;
    let none: Option<i64> = None;
    let update = order::Entity::update_many()
        .col_expr(Column::AssigneeId, Expr::value(worker.id.uuid()))
        .col_expr(Column::AssigneeName, Expr::value(worker.name.as_str()))
        .col_expr(
            Column::Status,
            Expr::value(OrderStatus::InProgress.as_str()),
        )
        .col_expr(Column::AvailableSince, Expr::value(none))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1_i64))
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(Column::Id.eq(id.uuid()))
        .filter(Column::AssigneeId.is_null())
        .filter(Column::Status.eq(OrderStatus::Pending.as_str()))
        .filter(Column::PaymentStatus.eq(PaymentStatus::Paid.as_str()))
        .filter(Column::Kind.ne(OrderKind::Goods.as_str()));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

/// Writes lines of an order's history. [`StoreError::Unique`]: somebody else wrote that version.
pub async fn insert_history(
    tx: &Tx,
    id: OrderId,
    entries: Vec<HistoryEntry>,
) -> Result<(), StoreError> {
    let rows = entries.into_iter().map(|entry| history::ActiveModel {
        order_id: Set(id.uuid()),
        version: Set(entry.version),
        at: Set(entry.at.micros()),
        event: Set(entry.event),
        from_value: Set(entry.from),
        to_value: Set(entry.to),
        actor_id: Set(entry.actor.as_ref().map(|actor| UserId::uuid(actor.id))),
        actor_name: Set(entry.actor.as_ref().map(|actor| actor.name.clone())),
        actor_role: Set(entry
            .actor
            .as_ref()
            .map(|actor| actor.role.as_str().to_owned())),
        note: Set(entry.note),
    });
    history::Entity::insert_many(rows)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
