//! Rows of the mailbox.

use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _,
    PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_store::{StoreError, Tx};

use crate::{
    domain::KeptMail,
    entities::mail::{Column, Entity},
};

/// To this address; an empty one stands for all.
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

/// Newest first, those before `before` (time and id of the last one seen).
pub async fn list(
    connection: &impl ConnectionTrait,
    address: &str,
    before: Option<(Timestamp, Uuid)>,
    limit: u64,
) -> Result<Vec<KeptMail>, StoreError> {
    let mut query = filtered(address);
    if let Some((at, id)) = before {
        query = query.filter(
            Condition::any()
                .add(Column::At.lt(at))
                .add(Column::At.eq(at).and(Column::Id.lt(id))),
        );
    }
    let rows = query
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(limit);
    Ok(rows.all(connection).await?)
}

pub async fn count(connection: &impl ConnectionTrait, address: &str) -> Result<u64, StoreError> {
    Ok(filtered(address).count(connection).await?)
}

/// Deletes at most `limit` that are older than `before`; how many.
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
