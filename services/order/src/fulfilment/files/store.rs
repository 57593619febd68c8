//! Rows of files, and of objects to be removed from the storage.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, sea_query::Expr,
};
use waybill_primitives::{FileId, OrderId, Timestamp};
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
};

pub use super::entity::{link_key::Model as LinkKey, removal::Model as Removal};
use super::{
    domain::{Purpose, StoredFile},
    entity::{file, link_key, removal},
};
use crate::base::store;

/// One file; the use cases check permissions.
pub async fn find(
    connection: &impl ConnectionTrait,
    id: FileId,
) -> Result<Option<StoredFile>, StoreError> {
    Ok(file::Entity::find_by_id(id).one(connection).await?)
}

/// The id of the only row of its table.
pub const THE_LINK_KEY: i32 = 1;

/// The key that signs links; none before the first start.
pub async fn link_key(connection: &impl ConnectionTrait) -> Result<Option<LinkKey>, StoreError> {
    Ok(link_key::Entity::find_by_id(THE_LINK_KEY)
        .one(connection)
        .await?)
}

/// The number of files of an order.
pub async fn count(connection: &impl ConnectionTrait, id: OrderId) -> Result<u64, StoreError> {
    let all = file::Entity::find().filter(file::Column::OrderId.eq(id));
    Ok(all.count(connection).await?)
}

/// Moves the customer's files of one order to another.
pub async fn move_references(tx: &Tx, from: OrderId, to: OrderId) -> Result<(), StoreError> {
    file::Entity::update_many()
        .col_expr(file::Column::OrderId, Expr::value(to))
        .filter(file::Column::OrderId.eq(from))
        .filter(file::Column::Purpose.eq(Purpose::Reference))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Files of an order for these purposes, newest first.
pub async fn list(
    connection: &impl ConnectionTrait,
    id: OrderId,
    purposes: &[Purpose],
    query: &PageQuery,
) -> Result<Page<StoredFile>, PageError> {
    use file::Column::{CreatedAt, Id, OrderId};
    let all = file::Entity::find()
        .filter(OrderId.eq(id))
        .filter(file::Column::Purpose.is_in(purposes.iter().copied()));
    let order = Keyset::desc("files", CreatedAt).then(Id);
    page::fetch(connection, all, order, query).await
}

/// Deletes the row of a file. False if it was deleted already.
pub async fn delete(tx: &Tx, id: FileId) -> Result<bool, StoreError> {
    let deleted = file::Entity::delete_by_id(id).exec(tx.conn()).await?;
    Ok(deleted.rows_affected == 1)
}

/// Schedules the removal of these objects.
pub async fn remove_at(tx: &Tx, keys: &[String], due: Timestamp) -> Result<(), StoreError> {
    let removals = keys.iter().map(|key| Removal {
        object_key: key.clone(),
        due_at: due,
        attempts: 0,
    });
    store::insert_all(tx, &removals.collect::<Vec<_>>()).await
}

/// Cancels these removals. False if one has changed: its object may be removed already.
pub async fn keep(tx: &Tx, keys: &[String], due: Timestamp) -> Result<bool, StoreError> {
    let deleted = removal::Entity::delete_many()
        .filter(removal::Column::ObjectKey.is_in(keys))
        .filter(removal::Column::DueAt.eq(due))
        .exec(tx.conn())
        .await?;
    Ok(deleted.rows_affected == keys.len() as u64)
}

/// Makes scheduled removals due earlier.
pub async fn hasten(
    tx: &Tx,
    keys: &[String],
    due: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    removal::Entity::update_many()
        .col_expr(removal::Column::DueAt, Expr::value(now))
        .filter(removal::Column::ObjectKey.is_in(keys))
        .filter(removal::Column::DueAt.eq(due))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The removals that are due, longest waiting first.
pub async fn due(
    connection: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Removal>, StoreError> {
    Ok(removal::Entity::find()
        .filter(removal::Column::DueAt.lte(now))
        .order_by_asc(removal::Column::DueAt)
        .limit(limit)
        .all(connection)
        .await?)
}

/// Claims a removal until the given time. False if it has changed.
pub async fn take_on(tx: &Tx, removal: &Removal, again: Timestamp) -> Result<bool, StoreError> {
    let next = Removal {
        due_at: again,
        attempts: removal.attempts.saturating_add(1),
        ..removal.clone()
    };
    store::update(tx, &next, removal::Column::DueAt.eq(removal.due_at)).await
}

/// Deletes a removal whose object is removed.
pub async fn removed(tx: &Tx, key: &str) -> Result<(), StoreError> {
    removal::Entity::delete_by_id(key).exec(tx.conn()).await?;
    Ok(())
}
