//! Rows of the mailbox.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _, Select,
};
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_store::{
    StoreError, Tx,
    page::{self, Keyset, Page, PageError, PageQuery},
};

use crate::{
    domain::KeptMail,
    entity::mail::{Column, Entity},
};

/// Mails to this address; an empty one stands for all.
fn filtered(address: &str) -> Select<Entity> {
    if address.is_empty() {
        Entity::find()
    } else {
        Entity::find().filter(Column::Address.eq(address))
    }
}

pub async fn find(
    connection: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<KeptMail>, StoreError> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Newest first.
pub async fn list(
    connection: &impl ConnectionTrait,
    address: &str,
    query: &PageQuery,
) -> Result<Page<KeptMail>, PageError> {
    let order = Keyset::desc("mails", Column::At).then(Column::Id);
    page::fetch(connection, filtered(address), order, query).await
}

/// Deletes at most `limit` that are older than `before`. Returns how many.
pub async fn prune(tx: &Tx, before: Timestamp, limit: u64) -> Result<u64, StoreError> {
    let old: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::At.lt(before))
        .limit(limit)
        .into_tuple()
        .all(tx.conn())
        .await?;
    if old.is_empty() {
        return Ok(0);
    }
    let deleted = Entity::delete_many()
        .filter(Column::Id.is_in(old))
        .exec(tx.conn())
        .await?;
    Ok(deleted.rows_affected)
}
