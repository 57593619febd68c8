//! Rows of messages and read markers. All are written under the lock of their conversation.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    FromQueryResult, JoinType, QueryFilter as _, QueryOrder as _, QuerySelect as _, Set,
    sea_query::{Expr, IntoCondition as _},
};
use uuid::Uuid;
use waybill_primitives::{EventId, MessageId, OrderId, Timestamp, UserId};
use waybill_store::{StoreError, Tx};

use super::corrupt;
use crate::{
    domain::{Author, Conversation, Message},
    entities::{
        message::{ActiveModel, Column, Entity, Model},
        read_marker,
    },
};

fn to_domain(row: Model) -> Result<Message, StoreError> {
    let author = match row.author_id {
        None => None,
        Some(id) => Some(Author {
            id: UserId::from_uuid(id),
            name: row.author_name.unwrap_or_default(),
            role: row
                .author_role
                .unwrap_or_default()
                .parse()
                .map_err(corrupt)?,
        }),
    };
    Ok(Message {
        id: MessageId::from_uuid(row.id),
        order_id: OrderId::from_uuid(row.order_id),
        seq: row.seq,
        author,
        body: row.body,
        client_id: row.client_id,
        created_at: Timestamp::from_micros(row.created_at),
    })
}

/// Writes messages, a system line with the event that it tells of.
pub async fn insert_all(
    tx: &Tx,
    messages: &[(Message, Option<EventId>)],
) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    Entity::insert_many(messages.iter().map(new_row))
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

fn new_row((message, event): &(Message, Option<EventId>)) -> ActiveModel {
    let author = message.author.as_ref();
    ActiveModel {
        id: Set(message.id.uuid()),
        order_id: Set(message.order_id.uuid()),
        seq: Set(message.seq),
        author_id: Set(author.map(|author| author.id.uuid())),
        author_name: Set(author.map(|author| author.name.clone())),
        author_role: Set(author.map(|author| author.role.as_str().to_owned())),
        body: Set(message.body.clone()),
        client_id: Set(message.client_id.clone()),
        event_id: Set(event.map(EventId::uuid)),
        created_at: Set(message.created_at.micros()),
    }
}

/// What the author posted under this id before.
pub async fn by_client_id(
    connection: &impl ConnectionTrait,
    order: OrderId,
    author: UserId,
    client_id: &str,
) -> Result<Option<Message>, StoreError> {
    let row = Entity::find()
        .filter(Column::OrderId.eq(order.uuid()))
        .filter(Column::AuthorId.eq(author.uuid()))
        .filter(Column::ClientId.eq(client_id))
        .one(connection)
        .await?;
    row.map(to_domain).transpose()
}

/// Those of the events that a system line tells of already.
pub async fn told_of(
    connection: &impl ConnectionTrait,
    events: Vec<EventId>,
) -> Result<HashSet<EventId>, StoreError> {
    if events.is_empty() {
        return Ok(HashSet::new());
    }
    let told: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::EventId)
        .filter(Column::EventId.is_in(events.into_iter().map(EventId::uuid)))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(told.into_iter().map(EventId::from_uuid).collect())
}

/// The number of a message of this conversation.
pub async fn seq_of(
    connection: &impl ConnectionTrait,
    order: OrderId,
    id: MessageId,
) -> Result<Option<i64>, StoreError> {
    let row = Entity::find_by_id(id.uuid())
        .filter(Column::OrderId.eq(order.uuid()))
        .one(connection)
        .await?;
    Ok(row.map(|row| row.seq))
}

/// Which part of a conversation is read.
#[derive(Debug, Clone, Copy)]
pub enum Span {
    /// Newest first.
    Newest,
    /// Newest first, those before this number.
    Before(i64),
    /// Oldest first, those after this number.
    After(i64),
}

pub async fn list(
    connection: &impl ConnectionTrait,
    order: OrderId,
    span: Span,
    limit: u64,
) -> Result<Vec<Message>, StoreError> {
    let query = Entity::find().filter(Column::OrderId.eq(order.uuid()));
    let query = match span {
        Span::Newest => query.order_by_desc(Column::Seq),
        Span::Before(seq) => query.filter(Column::Seq.lt(seq)).order_by_desc(Column::Seq),
        Span::After(seq) => query.filter(Column::Seq.gt(seq)).order_by_asc(Column::Seq),
    };
    let rows = query.limit(limit).all(connection).await?;
    rows.into_iter().map(to_domain).collect()
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
                .eq(conversation.order.id.uuid())
                .and(Column::Seq.eq(conversation.last_seq)),
        );
    }
    if newest.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(newest).all(connection).await?;
    rows.into_iter()
        .map(|row| to_domain(row).map(|message| (message.order_id, message)))
        .collect()
}

#[derive(FromQueryResult)]
struct Unread {
    order_id: Uuid,
    unread: i64,
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
    let of_user = Expr::col((read_marker::Entity, read_marker::Column::UserId)).eq(user.uuid());
    let marker = read_marker::Entity::belongs_to(Entity)
        .from(read_marker::Column::OrderId)
        .to(Column::OrderId)
        .on_condition(move |_, _| of_user.clone().into_condition())
        .into();
    let read = Expr::col((read_marker::Entity, read_marker::Column::UpToSeq)).if_null(0);
    let rows: Vec<Unread> = Entity::find()
        .select_only()
        .column(Column::OrderId)
        .column_as(Column::Id.count(), "unread")
        .join_rev(JoinType::LeftJoin, marker)
        .filter(Column::OrderId.is_in(orders.iter().map(|order| order.uuid())))
        .filter(Expr::col((Entity, Column::Seq)).gt(read))
        // A system line has no author, and no comparison with nothing is true.
        .filter(Column::AuthorId.ne(user.uuid()))
        .group_by(Column::OrderId)
        .into_model()
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let unread = u64::try_from(row.unread).unwrap_or(0);
            (OrderId::from_uuid(row.order_id), unread)
        })
        .collect())
}

/// Moves the user's marker forward to `seq`; false if it is there already.
pub async fn mark_read(
    tx: &Tx,
    order: OrderId,
    user: UserId,
    seq: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let key = (order.uuid(), user.uuid());
    let found = read_marker::Entity::find_by_id(key).one(tx.conn()).await?;
    match found {
        None => {
            let row = read_marker::ActiveModel {
                order_id: Set(order.uuid()),
                user_id: Set(user.uuid()),
                up_to_seq: Set(seq),
                at: Set(now.micros()),
            };
            read_marker::Entity::insert(row)
                .exec_without_returning(tx.conn())
                .await?;
            Ok(true)
        }
        Some(marker) if marker.up_to_seq >= seq => Ok(false),
        Some(_) => {
            read_marker::Entity::update_many()
                .col_expr(read_marker::Column::UpToSeq, Expr::value(seq))
                .col_expr(read_marker::Column::At, Expr::value(now.micros()))
                .filter(read_marker::Column::OrderId.eq(order.uuid()))
                .filter(read_marker::Column::UserId.eq(user.uuid()))
                .exec(tx.conn())
                .await?;
            Ok(true)
        }
    }
}
