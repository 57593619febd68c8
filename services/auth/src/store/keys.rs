//! Statements on signing keys.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Set, sea_query::Expr,
};
use waybill_primitives::Timestamp;
use waybill_store::StoreError;

use crate::entity::signing_keys::{ActiveModel, Column, Entity};

/// A key of the table.
#[derive(Clone)]
pub struct StoredKey {
    pub kid: String,
    pub generation: i64,
    /// Base64url of the 32 bytes.
    pub public_key: String,
    /// Base64 of the PKCS#8 document; none where configuration holds it.
    pub private_key: Option<String>,
    pub created_at: Timestamp,
}

/// Every key that still verifies, newest first.
pub async fn published(db: &impl ConnectionTrait) -> Result<Vec<StoredKey>, StoreError> {
    let rows = Entity::find()
        .filter(Column::RetiredAt.is_null())
        .order_by_desc(Column::Generation)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| StoredKey {
            kid: row.kid,
            generation: row.generation,
            public_key: row.public_key,
            private_key: row.private_key,
            created_at: Timestamp::from_micros(row.created_at),
        })
        .collect())
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

/// Inserts a key; [`StoreError::Unique`] if another replica made this generation first.
pub async fn insert(db: &impl ConnectionTrait, key: &StoredKey) -> Result<(), StoreError> {
    let row = ActiveModel {
        kid: Set(key.kid.clone()),
        generation: Set(key.generation),
        public_key: Set(key.public_key.clone()),
        private_key: Set(key.private_key.clone()),
        created_at: Set(key.created_at.micros()),
        retired_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// Puts a key that was superseded back in front; `false` if there is none of that name.
pub async fn bring_forward(
    db: &impl ConnectionTrait,
    kid: &str,
    generation: i64,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let outcome = Entity::update_many()
        .col_expr(Column::Generation, Expr::value(generation))
        .col_expr(Column::CreatedAt, Expr::value(at.micros()))
        .col_expr(Column::RetiredAt, Expr::value(None::<i64>))
        .filter(Column::Kid.eq(kid))
        .exec(db)
        .await?;
    Ok(outcome.rows_affected == 1)
}

/// Stops publishing a key and forgets its private part.
pub async fn retire(db: &impl ConnectionTrait, kid: &str, at: Timestamp) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::RetiredAt, Expr::value(at.micros()))
        .col_expr(Column::PrivateKey, Expr::value(None::<String>))
        .filter(Column::Kid.eq(kid))
        .exec(db)
        .await?;
    Ok(())
}
