//! Rows of deliveries. A claim and its outcome are conditional updates on the number of attempts, so that only one of several
//! replicas sends, and a slow one cannot overwrite the result of the next one.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, Select, UpdateMany, sea_query::Expr,
};
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows::{self, one_of},
};

use crate::{
    domain::{Delivery, DeliveryState},
    entity::delivery::{Column, Entity},
};

/// Longer errors are truncated.
const MAX_ERROR: usize = 1000;
/// Still to be sent.
const OPEN: [DeliveryState; 2] = [DeliveryState::Queued, DeliveryState::Sending];

/// A delivery, whatever its state.
pub async fn find(
    connection: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<Delivery>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The deliveries in any of these states, or in all of them if none is given. Those of one state by when it is or was its turn, others by
/// when they were created; newest first.
pub async fn list(
    connection: &impl ConnectionTrait,
    states: Vec<DeliveryState>,
    query: &PageQuery,
) -> Result<Page<Delivery>, PageError> {
    let order = if states.len() == 1 {
        // By the index that finds what is due: few are in the states that people ask for.
        Keyset::desc("deliveries-of-state", Column::DueAt).then(Column::Id)
    } else {
        Keyset::desc("deliveries", Column::Id)
    };
    let mut select = Entity::find();
    if !states.is_empty() {
        select = select.filter(Column::State.is_in(states));
    }
    page::fetch(connection, select, order, query).await
}

/// Queues a delivery again that was given up, with all its attempts; false if it was not.
pub async fn requeue(tx: &Tx, id: Uuid, now: Timestamp) -> Result<bool, StoreError> {
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(DeliveryState::Queued))
        .col_expr(Column::Attempts, Expr::value(0))
        .col_expr(Column::DueAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(DeliveryState::Dead))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// A mail that was sent.
pub async fn sent(
    connection: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<Delivery>, StoreError> {
    Ok(all_sent().filter(Column::Id.eq(id)).one(connection).await?)
}

/// Mails that were sent to this address, newest first; an empty one stands for all.
pub async fn list_sent(
    connection: &impl ConnectionTrait,
    address: &str,
    query: &PageQuery,
) -> Result<Page<Delivery>, PageError> {
    let order = Keyset::desc("mails", Column::DueAt).then(Column::Id);
    let mut select = all_sent();
    if !address.is_empty() {
        select = select.filter(Column::Address.eq(address));
    }
    page::fetch(connection, select, order, query).await
}

fn all_sent() -> Select<Entity> {
    Entity::find().filter(Column::State.eq(DeliveryState::Sent))
}

/// Deliveries to send now: queued ones that are due, and ones whose lease has expired.
pub async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Delivery>, StoreError> {
    let due = Entity::find()
        .filter(Column::State.is_in(OPEN))
        .filter(Column::DueAt.lte(now))
        .order_by_asc(Column::DueAt)
        .limit(limit);
    Ok(due.all(connection).await?)
}

/// How many mails were queued after `since`, by limit key.
pub async fn since(
    connection: &impl ConnectionTrait,
    keys: impl IntoIterator<Item = String>,
    since: Timestamp,
) -> Result<HashMap<String, u64>, StoreError> {
    let keys: Vec<_> = keys.into_iter().collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let counts: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::LimitKey)
        .column_as(Column::Id.count(), "mails")
        .filter(one_of(Column::LimitKey, keys))
        .filter(Column::CreatedAt.gt(since))
        .group_by(Column::LimitKey)
        .into_tuple()
        .all(connection)
        .await?;
    let counts = counts.into_iter();
    Ok(counts
        .map(|(key, mails)| (key, mails.unsigned_abs()))
        .collect())
}

/// Takes a delivery until `lease`; false if somebody else did. Increments its attempts.
pub async fn claim(
    tx: &Tx,
    delivery: &Delivery,
    now: Timestamp,
    lease: Timestamp,
) -> Result<bool, StoreError> {
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(DeliveryState::Sending))
        .col_expr(Column::Attempts, Expr::value(delivery.attempts + 1))
        .col_expr(Column::DueAt, Expr::value(lease))
        .filter(Column::Id.eq(delivery.id))
        .filter(Column::Attempts.eq(delivery.attempts))
        .filter(Column::State.is_in(OPEN))
        .filter(Column::DueAt.lte(now))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Keeps a claimed delivery until `lease`; false if it expired and somebody else took over.
pub async fn renew(tx: &Tx, id: Uuid, attempts: i32, lease: Timestamp) -> Result<bool, StoreError> {
    let updated = claimed(Entity::update_many(), id, attempts)
        .col_expr(Column::DueAt, Expr::value(lease))
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// The delivery, as long as this attempt holds it.
fn claimed(update: UpdateMany<Entity>, id: Uuid, attempts: i32) -> UpdateMany<Entity> {
    update
        .filter(Column::Id.eq(id))
        .filter(Column::Attempts.eq(attempts))
        .filter(Column::State.eq(DeliveryState::Sending))
}

/// The result of a claimed delivery.
#[derive(Debug)]
pub enum Outcome<'a> {
    Sent {
        at: Timestamp,
        address: &'a str,
    },
    /// Retry then.
    Again {
        at: Timestamp,
        error: &'a str,
    },
    Dead {
        error: &'a str,
    },
}

/// Writes the outcome of the `attempts`-th attempt, unless the lease expired and somebody else took over.
pub async fn settle(
    tx: &Tx,
    id: Uuid,
    attempts: i32,
    outcome: Outcome<'_>,
) -> Result<(), StoreError> {
    let update = Entity::update_many();
    let update = match outcome {
        Outcome::Sent { at, address } => update
            .col_expr(Column::State, Expr::value(DeliveryState::Sent))
            .col_expr(Column::SentAt, Expr::value(at))
            // Its index serves the mailbox.
            .col_expr(Column::DueAt, Expr::value(at))
            .col_expr(Column::Address, Expr::value(address)),
        Outcome::Again { at, error } => update
            .col_expr(Column::State, Expr::value(DeliveryState::Queued))
            .col_expr(Column::DueAt, Expr::value(at))
            .col_expr(Column::LastError, Expr::value(cut(error))),
        Outcome::Dead { error } => update
            .col_expr(Column::State, Expr::value(DeliveryState::Dead))
            .col_expr(Column::LastError, Expr::value(cut(error))),
    };
    claimed(update, id, attempts).exec(tx.conn()).await?;
    Ok(())
}

fn cut(error: &str) -> String {
    error.chars().take(MAX_ERROR).collect()
}

/// Deletes at most `limit` that were sent or suppressed before `before`. Returns how many.
pub async fn prune(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let old = Condition::all()
        .add(Column::State.is_in([DeliveryState::Sent, DeliveryState::Suppressed]))
        .add(Column::DueAt.lt(before));
    rows::delete_some::<_, Uuid>(tx.conn(), Column::Id, old, limit).await
}
