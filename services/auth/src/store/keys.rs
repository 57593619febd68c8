//! Statements on signing keys.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::Expr,
};
use waybill_primitives::Timestamp;
use waybill_store::StoreError;

pub use crate::entity::signing_keys::Model as StoredKey;
use crate::entity::signing_keys::{Column, Entity};

/// Every key that still verifies, newest first.
pub async fn published(db: &impl ConnectionTrait) -> Result<Vec<StoredKey>, StoreError> {
    let keys = Entity::find()
        .filter(Column::RetiredAt.is_null())
        .order_by_desc(Column::Generation);
    Ok(keys.all(db).await?)
}

/// The highest generation that any key has, retired ones included; 0 without keys.
pub async fn last_generation(db: &impl ConnectionTrait) -> Result<i64, StoreError> {
    let newest: Option<i64> = Entity::find()
        .select_only()
        .column(Column::Generation)
        .order_by_desc(Column::Generation)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(newest.unwrap_or(0))
}

/// Makes a superseded key the newest again; `false` if there is none with this id.
pub async fn bring_forward(
    db: &impl ConnectionTrait,
    kid: &str,
    generation: i64,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let outcome = Entity::update_many()
        .col_expr(Column::Generation, Expr::value(generation))
        .col_expr(Column::CreatedAt, Expr::value(at))
        .col_expr(Column::RetiredAt, Expr::value(None::<Timestamp>))
        .filter(Column::Kid.eq(kid))
        .exec(db)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Stops publishing a key and deletes its private half.
pub async fn retire(db: &impl ConnectionTrait, kid: &str, at: Timestamp) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::RetiredAt, Expr::value(at))
        .col_expr(Column::PrivateKey, Expr::value(None::<String>))
        .filter(Column::Kid.eq(kid))
        .exec(db)
        .await?;
    Ok(())
}
