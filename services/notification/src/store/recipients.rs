//! The projection of auth's users.

use std::collections::HashMap;

use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait, EntityTrait as _,
    IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};
use waybill_primitives::{Role, UserId};
use waybill_store::{
    StoreError, Tx,
    rows::{self, one_of},
};

use crate::{
    domain::Recipient,
    entity::recipient::{Column, Entity},
};

/// Stores a recipient that is newer than the known one; older versions change nothing.
pub async fn upsert(tx: &Tx, recipient: Recipient) -> Result<(), StoreError> {
    rows::insert_absent(tx.conn(), vec![recipient.clone()]).await?;
    let (id, version) = (recipient.id, recipient.version);
    Entity::update_many()
        .set(recipient.into_active_model().reset_all())
        .filter(Column::Id.eq(id))
        .filter(Column::Version.lt(version))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Address and name of a user.
pub async fn contact(
    connection: &impl ConnectionTrait,
    id: UserId,
) -> Result<Option<(String, String)>, StoreError> {
    let row = Entity::find_by_id(id).one(connection).await?;
    Ok(row.map(|row| (row.email, row.name)))
}

/// Those of these users who are known.
pub async fn by_id(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = UserId>,
) -> Result<HashMap<UserId, Recipient>, StoreError> {
    let ids: Vec<_> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find().filter(one_of(Column::Id, ids));
    let rows = rows.all(connection).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Ids of everybody with this role who is not suspended, after `after`, in order, at most `limit`.
pub async fn of_role(
    connection: &impl ConnectionTrait,
    role: Role,
    after: Option<UserId>,
    limit: u64,
) -> Result<Vec<UserId>, StoreError> {
    let mut query = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Role.eq(role))
        .filter(Column::Suspended.eq(false));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    let ids = query.order_by_asc(Column::Id).limit(limit).into_tuple();
    Ok(ids.all(connection).await?)
}
