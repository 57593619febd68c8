//! The name of the shop.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, sea_query::Expr,
};
use waybill_store::{StoreError, Tx, rows};

use crate::entity::shop::{Column, Entity, Model};

/// The id of the only row.
const ID: i32 = 1;

/// Stores the name if it is newer than the known one.
pub async fn upsert(tx: &Tx, name: &str, version: i64) -> Result<(), StoreError> {
    let row = Model {
        id: ID,
        name: name.to_owned(),
        version,
    };
    rows::insert_absent(tx.conn(), vec![row]).await?;
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(name))
        .col_expr(Column::Version, Expr::value(version))
        .filter(Column::Id.eq(ID))
        .filter(Column::Version.lt(version))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// None until an event has set it.
pub async fn name(connection: &impl ConnectionTrait) -> Result<Option<String>, StoreError> {
    let row = Entity::find_by_id(ID).one(connection).await?;
    Ok(row.map(|row| row.name))
}
