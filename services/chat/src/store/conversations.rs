//! Rows of conversations. The row is the lock of its conversation: whoever counts it up writes alone until the commit.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select, Set,
    sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::{OrderId, Role, Timestamp, UserId};
use waybill_store::{StoreError, Tx};

use crate::{
    domain::{Conversation, OrderFacts, Party},
    entities::conversation::{ActiveModel, Column, Entity, Model},
};

fn to_domain(row: Model) -> Conversation {
    let assignee = row.assignee_id.map(|id| Party {
        id: UserId::from_uuid(id),
        name: row.assignee_name.unwrap_or_default(),
    });
    Conversation {
        order: OrderFacts {
            id: OrderId::from_uuid(row.order_id),
            number: row.order_number,
            title: row.title,
            customer: Party {
                id: UserId::from_uuid(row.customer_id),
                name: row.customer_name,
            },
            assignee,
            status: row.status,
            version: row.order_version,
        },
        version: row.version,
        last_seq: row.last_seq,
        updated_at: Timestamp::from_micros(row.updated_at),
    }
}

/// Takes over what is newer than what is known of orders, each with the time that a new conversation begins with; older versions
/// change nothing.
pub async fn upsert_all(tx: &Tx, orders: Vec<(&OrderFacts, Timestamp)>) -> Result<(), StoreError> {
    if orders.is_empty() {
        return Ok(());
    }
    let rows = orders.iter().map(|(order, since)| new_row(order, *since));
    Entity::insert_many(rows)
        .on_conflict_do_nothing_on([Column::OrderId])
        .exec_without_returning(tx.conn())
        .await?;
    let ids = orders.iter().map(|(order, _)| order.id.uuid());
    let known: Vec<(Uuid, i64)> = Entity::find()
        .select_only()
        .columns([Column::OrderId, Column::OrderVersion])
        .filter(Column::OrderId.is_in(ids))
        .into_tuple()
        .all(tx.conn())
        .await?;
    let known: HashMap<Uuid, i64> = known.into_iter().collect();
    for (order, _) in orders {
        if known.get(&order.id.uuid()) < Some(&order.version) {
            update(tx, order).await?;
        }
    }
    Ok(())
}

fn new_row(order: &OrderFacts, since: Timestamp) -> ActiveModel {
    let assignee = order.assignee.as_ref();
    ActiveModel {
        order_id: Set(order.id.uuid()),
        order_number: Set(order.number.clone()),
        title: Set(order.title.clone()),
        customer_id: Set(order.customer.id.uuid()),
        customer_name: Set(order.customer.name.clone()),
        assignee_id: Set(assignee.map(|party| party.id.uuid())),
        assignee_name: Set(assignee.map(|party| party.name.clone())),
        status: Set(order.status.clone()),
        order_version: Set(order.version),
        version: Set(0),
        last_seq: Set(0),
        updated_at: Set(since.micros()),
    }
}

/// Unless somebody has taken over something newer meanwhile.
async fn update(tx: &Tx, order: &OrderFacts) -> Result<(), StoreError> {
    let assignee = order.assignee.as_ref();
    let assignee_id = assignee.map(|party| party.id.uuid());
    let assignee_name = assignee.map(|party| party.name.clone());
    Entity::update_many()
        .col_expr(Column::OrderNumber, Expr::value(order.number.clone()))
        .col_expr(Column::Title, Expr::value(order.title.clone()))
        .col_expr(
            Column::CustomerName,
            Expr::value(order.customer.name.clone()),
        )
        .col_expr(Column::AssigneeId, Expr::value(assignee_id))
        .col_expr(Column::AssigneeName, Expr::value(assignee_name))
        .col_expr(Column::Status, Expr::value(order.status.clone()))
        .col_expr(Column::OrderVersion, Expr::value(order.version))
        .filter(Column::OrderId.eq(order.id.uuid()))
        .filter(Column::OrderVersion.lt(order.version))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: OrderId,
) -> Result<Option<Conversation>, StoreError> {
    let row = Entity::find_by_id(id.uuid()).one(connection).await?;
    Ok(row.map(to_domain))
}

/// Counts the conversation up for one event that is a message, and locks it until the transaction ends. The conversation
/// afterwards; none if there is none.
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
    let these = Column::OrderId.is_in(ids.iter().map(|id| id.uuid()));
    Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::LastSeq, Expr::col(Column::LastSeq).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(these.clone())
        .exec(tx.conn())
        .await?;
    let rows = Entity::find().filter(these).all(tx.conn()).await?;
    let conversations = rows.into_iter().map(to_domain);
    Ok(conversations.map(|one| (one.order.id, one)).collect())
}

/// As [`next_message`], for an event that is no message.
pub async fn next_event(tx: &Tx, id: OrderId) -> Result<Option<Conversation>, StoreError> {
    let updated = Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::OrderId.eq(id.uuid()))
        .exec(tx.conn())
        .await?;
    if updated.rows_affected == 0 {
        return Ok(None);
    }
    find(tx.conn(), id).await
}

/// The conversations that somebody takes part in; [`Conversation::admits`] as a query.
fn of(user: UserId, role: Role) -> Select<Entity> {
    let customer = Column::CustomerId.eq(user.uuid());
    match role {
        Role::Admin => Entity::find(),
        Role::Customer => Entity::find().filter(customer),
        Role::Staff => Entity::find().filter(
            Condition::any()
                .add(customer)
                .add(Column::AssigneeId.eq(user.uuid())),
        ),
    }
}

/// The most recently changed first, those before `before` (time and id of the last one seen).
pub async fn list(
    connection: &impl ConnectionTrait,
    user: UserId,
    role: Role,
    before: Option<(i64, Uuid)>,
    limit: u64,
) -> Result<Vec<Conversation>, StoreError> {
    let mut query = of(user, role);
    if let Some((at, id)) = before {
        query = query.filter(
            Condition::any()
                .add(Column::UpdatedAt.lt(at))
                .add(Column::UpdatedAt.eq(at).and(Column::OrderId.lt(id))),
        );
    }
    let rows = query
        .order_by_desc(Column::UpdatedAt)
        .order_by_desc(Column::OrderId)
        .limit(limit)
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(to_domain).collect())
}

pub async fn count(
    connection: &impl ConnectionTrait,
    user: UserId,
    role: Role,
) -> Result<u64, StoreError> {
    Ok(of(user, role).count(connection).await?)
}
