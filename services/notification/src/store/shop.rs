//! The name of the shop.

use sea_orm::{ConnectionTrait, EntityTrait as _};
use waybill_store::{Existing, StoreError, Tx};

use crate::entity::shop::{Column, Entity, Model};

/// The id of the only row.
const ID: i32 = 1;

/// Stores the name with the commit, if it is newer than the known one.
pub fn upsert(tx: &Tx, name: &str, version: i64) {
    let row = Model {
        id: ID,
        name: name.to_owned(),
        version,
    };
    let existing = Existing::Renewed {
        version: Column::Version,
        columns: vec![Column::Name],
    };
    tx.defer_upsert([row], existing);
}

/// None until an event has set it.
pub async fn name(connection: &impl ConnectionTrait) -> Result<Option<String>, StoreError> {
    let row = Entity::find_by_id(ID).one(connection).await?;
    Ok(row.map(|row| row.name))
}
