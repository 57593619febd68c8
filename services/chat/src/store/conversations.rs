//! Rows of conversations. The row is the lock of its conversation: the transaction that increments it is the only writer until it
//! commits.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    QueryFilter as _, Select, sea_query::Expr,
};
use waybill_primitives::{OrderId, Role, Timestamp, UserId};
use waybill_store::{
    Existing, StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::one_of,
};

use crate::{
    domain::Conversation,
    entity::conversation::{Column, Entity},
};

/// Stores orders that are newer than the known ones, or begins their conversations, with the commit; older versions change nothing. The
/// orders must be sorted by their ids and versions.
pub fn defer(tx: &Tx, orders: impl IntoIterator<Item = Conversation>) {
    let existing = Existing::Renewed {
        version: Column::OrderVersion,
        columns: vec![
            Column::OrderNumber,
            Column::Title,
            Column::CustomerName,
            Column::AssigneeId,
            Column::AssigneeName,
            Column::Status,
        ],
    };
    tx.defer_upsert(orders, existing);
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: OrderId,
) -> Result<Option<Conversation>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Counts the conversation up for one event that is a message, and locks it until the transaction ends. Returns the updated
/// conversation; none if it does not exist.
pub async fn next_message(
    tx: &Tx,
    id: OrderId,
    now: Timestamp,
) -> Result<Option<Conversation>, StoreError> {
    Ok(next_messages(tx, &[id], now).await?.remove(&id))
}

/// As [`next_message`], for one message in each of several conversations.
pub async fn next_messages(
    tx: &Tx,
    ids: &[OrderId],
    now: Timestamp,
) -> Result<HashMap<OrderId, Conversation>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let these = one_of(Column::OrderId, ids.iter().copied());
    Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::LastSeq, Expr::col(Column::LastSeq).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(these.clone())
        .exec(tx.conn())
        .await?;
    let rows = Entity::find().filter(these).all(tx.conn()).await?;
    Ok(rows.into_iter().map(|one| (one.order_id, one)).collect())
}

/// As [`next_message`], for an event that is not a message.
pub async fn next_event(tx: &Tx, id: OrderId) -> Result<Option<Conversation>, StoreError> {
    let updated = Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::OrderId.eq(id))
        .exec(tx.conn())
        .await?;
    if updated.rows_affected == 0 {
        return Ok(None);
    }
    find(tx.conn(), id).await
}

/// The conversations that somebody takes part in; [`Conversation::admits`] as a query.
fn of(user: UserId, role: Role) -> Select<Entity> {
    let customer = Column::CustomerId.eq(user);
    match role {
        Role::Admin => Entity::find(),
        Role::Customer => Entity::find().filter(customer),
        Role::Staff => Entity::find().filter(
            Condition::any()
                .add(customer)
                .add(Column::AssigneeId.eq(user)),
        ),
    }
}

/// The most recently changed first.
pub async fn list(
    connection: &impl ConnectionTrait,
    user: UserId,
    role: Role,
    query: &PageQuery,
) -> Result<Page<Conversation>, PageError> {
    let order = Keyset::desc("conversations", Column::UpdatedAt).then(Column::OrderId);
    page::fetch(connection, of(user, role), order, query).await
}
