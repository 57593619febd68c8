//! Rows of notifications. Users see only their own: every query takes the user.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
    sea_query::Expr,
};
use waybill_primitives::{NotificationId, Timestamp, UserId};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
    rows,
};

use crate::{
    domain::Notification,
    entity::notification::{Column, Entity},
};

fn own(user: UserId, unread_only: bool) -> Select<Entity> {
    let query = Entity::find().filter(Column::UserId.eq(user));
    if unread_only {
        query.filter(Column::ReadAt.is_null())
    } else {
        query
    }
}

pub async fn find(
    connection: &impl ConnectionTrait,
    user: UserId,
    id: NotificationId,
) -> Result<Option<Notification>, StoreError> {
    let one = own(user, false).filter(Column::Id.eq(id));
    Ok(one.one(connection).await?)
}

/// A user's own, newest first; `since`: created then or later.
pub async fn list(
    connection: &impl ConnectionTrait,
    user: UserId,
    unread_only: bool,
    since: Option<Timestamp>,
    query: &PageQuery,
) -> Result<Page<Notification>, PageError> {
    let order = Keyset::desc("notifications", Column::CreatedAt).then(Column::Id);
    let mut select = own(user, unread_only);
    if let Some(since) = since {
        select = select.filter(Column::CreatedAt.gte(since));
    }
    page::fetch(connection, select, order, query).await
}

pub async fn count(
    connection: &impl ConnectionTrait,
    user: UserId,
    unread_only: bool,
) -> Result<u64, StoreError> {
    Ok(own(user, unread_only).count(connection).await?)
}

/// Marks one as read; false if it was read already or is not the user's.
pub async fn mark_read(
    tx: &Tx,
    user: UserId,
    id: NotificationId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let updated = Entity::update_many()
        .col_expr(Column::ReadAt, Expr::value(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.eq(id))
        .filter(Column::UserId.eq(user))
        .filter(Column::ReadAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// The oldest unread ones that are not newer than `until`; locked until the transaction ends where the database supports it.
pub async fn unread_until(
    tx: &Tx,
    user: UserId,
    until: Timestamp,
    limit: u64,
) -> Result<Vec<Notification>, StoreError> {
    let rows = own(user, true)
        .filter(Column::CreatedAt.lte(until))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .lock_exclusive();
    Ok(rows.all(tx.conn()).await?)
}

/// Marks those as read that [`unread_until`] returned in the same transaction.
pub async fn mark_all_read(
    tx: &Tx,
    notifications: &[Notification],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let ids = notifications.iter().map(|one| one.id);
    let updated = Entity::update_many()
        .col_expr(Column::ReadAt, Expr::value(now))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .filter(Column::Id.is_in(ids))
        .filter(Column::ReadAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(updated.rows_affected)
}

/// False if there is none with this id, or it belongs to another user.
pub async fn delete(tx: &Tx, user: UserId, id: NotificationId) -> Result<bool, StoreError> {
    let deleted = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::UserId.eq(user))
        .exec(tx.conn())
        .await?;
    Ok(deleted.rows_affected == 1)
}

/// Deletes at most `limit` that are older than `before`. Returns how many.
pub async fn prune(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let old = Condition::all().add(Column::CreatedAt.lt(before));
    rows::delete_some::<_, NotificationId>(tx.conn(), Column::Id, old, limit).await
}
