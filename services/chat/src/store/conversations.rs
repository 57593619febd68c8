//! Rows of conversations. The row is the lock of its conversation: whoever counts it up writes alone until the commit.

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

/// Takes over what is newer than what is known of an order; older versions change nothing. `since` is the time that a new
/// conversation begins with.
pub async fn upsert(tx: &Tx, order: &OrderFacts, since: Timestamp) -> Result<(), StoreError> {
    let assignee_id = order.assignee.as_ref().map(|party| party.id.uuid());
    let assignee_name = order.assignee.as_ref().map(|party| party.name.clone());
    let row = ActiveModel {
        order_id: Set(order.id.uuid()),
        order_number: Set(order.number.clone()),
        title: Set(order.title.clone()),
        customer_id: Set(order.customer.id.uuid()),
        customer_name: Set(order.customer.name.clone()),
        assignee_id: Set(assignee_id),
        assignee_name: Set(assignee_name.clone()),
        status: Set(order.status.clone()),
        order_version: Set(order.version),
        version: Set(0),
        last_seq: Set(0),
        updated_at: Set(since.micros()),
    };
    Entity::insert(row)
        .on_conflict_do_nothing_on([Column::OrderId])
        .exec_without_returning(tx.conn())
        .await?;
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
    let updated = Entity::update_many()
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::LastSeq, Expr::col(Column::LastSeq).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now.micros()))
        .filter(Column::OrderId.eq(id.uuid()))
        .exec(tx.conn())
        .await?;
    if updated.rows_affected == 0 {
        return Ok(None);
    }
    find(tx.conn(), id).await
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
