//! Rows of messages and read markers. All are written under the lock of their conversation.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, JoinType,
    QueryFilter as _, QuerySelect as _,
    sea_query::{Expr, IntoCondition as _},
};
use waybill_primitives::{EventId, MessageId, OrderId, Timestamp, UserId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::{self, one_of},
};

use crate::{
    domain::{Conversation, Message},
    entity::{
        message::{Column, Entity},
        read_marker,
    },
};

/// The message that the author posted with this id before.
pub async fn by_client_id(
    connection: &impl ConnectionTrait,
    order: OrderId,
    author: UserId,
    client_id: &str,
) -> Result<Option<Message>, StoreError> {
    let posted = Entity::find()
        .filter(Column::OrderId.eq(order))
        .filter(Column::AuthorId.eq(author))
        .filter(Column::ClientId.eq(client_id));
    Ok(posted.one(connection).await?)
}

/// The events that already have a system line.
pub async fn noted(
    connection: &impl ConnectionTrait,
    events: Vec<EventId>,
) -> Result<HashSet<EventId>, StoreError> {
    if events.is_empty() {
        return Ok(HashSet::new());
    }
    let noted: Vec<EventId> = Entity::find()
        .select_only()
        .column(Column::EventId)
        .filter(one_of(Column::EventId, events))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(noted.into_iter().collect())
}

/// The number of a message of this conversation.
pub async fn seq_of(
    connection: &impl ConnectionTrait,
    order: OrderId,
    id: MessageId,
) -> Result<Option<i64>, StoreError> {
    let row = Entity::find_by_id(id)
        .filter(Column::OrderId.eq(order))
        .one(connection)
        .await?;
    Ok(row.map(|row| row.seq))
}

/// Newest first; with `since`, oldest first from just after that message.
pub async fn list(
    connection: &impl ConnectionTrait,
    order: OrderId,
    since: Option<i64>,
    query: &PageQuery,
) -> Result<Page<Message>, PageError> {
    let all = Entity::find().filter(Column::OrderId.eq(order));
    let (all, by) = match since {
        None => (all, Keyset::desc("messages", Column::Seq)),
        Some(seq) => (
            all.filter(Column::Seq.gt(seq)),
            Keyset::asc("messages-since", Column::Seq),
        ),
    };
    page::fetch(connection, all, by, query).await
}

/// The newest message of each conversation that has one.
pub async fn last_of(
    connection: &impl ConnectionTrait,
    conversations: &[Conversation],
) -> Result<HashMap<OrderId, Message>, StoreError> {
    let mut newest = Condition::any();
    for conversation in conversations.iter().filter(|one| one.last_seq > 0) {
        newest = newest.add(
            Column::OrderId
                .eq(conversation.order_id)
                .and(Column::Seq.eq(conversation.last_seq)),
        );
    }
    if newest.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(newest).all(connection).await?;
    let messages = rows.into_iter();
    Ok(messages.map(|one| (one.order_id, one)).collect())
}

/// How many messages of other people the user has not read, by conversation; those with none are left out.
pub async fn unread(
    connection: &impl ConnectionTrait,
    user: UserId,
    orders: &[OrderId],
) -> Result<HashMap<OrderId, u64>, StoreError> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let of_user = Expr::col((read_marker::Entity, read_marker::Column::UserId)).eq(user);
    let marker = read_marker::Entity::belongs_to(Entity)
        .from(read_marker::Column::OrderId)
        .to(Column::OrderId)
        .on_condition(move |_, _| of_user.clone().into_condition())
        .into();
    let read = Expr::col((read_marker::Entity, read_marker::Column::UpToSeq)).if_null(0);
    let rows: Vec<(OrderId, i64)> = Entity::find()
        .select_only()
        .column(Column::OrderId)
        .column_as(Column::Id.count(), "unread")
        .join_rev(JoinType::LeftJoin, marker)
        .filter(one_of(Column::OrderId, orders.iter().copied()))
        .filter(Expr::col((Entity, Column::Seq)).gt(read))
        // A system line has no author, and a comparison with NULL is never true.
        .filter(Column::AuthorId.ne(user))
        .group_by(Column::OrderId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(order, unread)| (order, u64::try_from(unread).unwrap_or(0)))
        .collect())
}

/// Moves the user's marker forward to `seq`; false if it is already there or further.
pub async fn mark_read(
    tx: &Tx,
    order: OrderId,
    user: UserId,
    seq: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let found = read_marker::Entity::find_by_id((order, user));
    let found = found.one(tx.conn()).await?;
    match found {
        None => {
            let row = read_marker::Model {
                order_id: order,
                user_id: user,
                up_to_seq: seq,
                at: now,
            };
            rows::insert(tx.conn(), row).await?;
            Ok(true)
        }
        Some(marker) if marker.up_to_seq >= seq => Ok(false),
        Some(_) => {
            read_marker::Entity::update_many()
                .col_expr(read_marker::Column::UpToSeq, Expr::value(seq))
                .col_expr(read_marker::Column::At, Expr::value(now))
                .filter(read_marker::Column::OrderId.eq(order))
                .filter(read_marker::Column::UserId.eq(user))
                .exec(tx.conn())
                .await?;
            Ok(true)
        }
    }
}
