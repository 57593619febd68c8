//! The one row of the shop's settings.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use waybill_store::{StoreError, Tx};

use super::{
    domain::{ShopSettings, THE_ROW},
    entity::{Column, Entity},
};
use crate::base::store;

/// None before the first start has written them.
pub async fn find(connection: &impl ConnectionTrait) -> Result<Option<ShopSettings>, StoreError> {
    Ok(Entity::find_by_id(THE_ROW).one(connection).await?)
}

/// The settings if they are newer than this version.
pub async fn newer(
    connection: &impl ConnectionTrait,
    version: i64,
) -> Result<Option<ShopSettings>, StoreError> {
    Ok(Entity::find_by_id(THE_ROW)
        .filter(Column::Version.gt(version))
        .one(connection)
        .await?)
}

/// Reads and locks them until the transaction ends.
pub async fn find_locked(tx: &Tx) -> Result<Option<ShopSettings>, StoreError> {
    Ok(Entity::find_by_id(THE_ROW)
        .lock_exclusive()
        .one(tx.conn())
        .await?)
}

/// Writes the next version. False if the version before is not the current one.
pub async fn update(tx: &Tx, settings: &ShopSettings) -> Result<bool, StoreError> {
    store::update(tx, settings, Column::Version.eq(settings.version - 1)).await
}
