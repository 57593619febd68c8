//! Rows of categories. Changes of the tree lock all rows; adding a product to a category locks its row against deletion.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QuerySelect as _, prelude::Expr, sea_query::ExprTrait as _,
};
use waybill_primitives::{CategoryId, ProductId};
use waybill_store::{StoreError, Tx};

use super::{
    domain::{Category, Tree},
    entity::{Column, Entity},
};
use crate::{base::store, shop::products::entity as product};

/// All categories: a shop has at most a few hundred.
pub async fn tree(connection: &impl ConnectionTrait) -> Result<Tree, StoreError> {
    let rows = Entity::find().all(connection).await?;
    Ok(Tree::new(rows))
}

/// All categories, locked until the transaction ends.
pub async fn locked_tree(tx: &Tx) -> Result<Tree, StoreError> {
    let rows = Entity::find().lock_exclusive().all(tx.conn()).await?;
    Ok(Tree::new(rows))
}

/// Locks a category against deletion until the transaction ends. False if it was deleted.
pub async fn hold(tx: &Tx, id: CategoryId) -> Result<bool, StoreError> {
    let found = Entity::find_by_id(id).lock_shared().one(tx.conn()).await?;
    Ok(found.is_some())
}

/// The names of these categories.
pub async fn names(
    connection: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = CategoryId>,
) -> Result<HashMap<CategoryId, String>, StoreError> {
    let ids: Vec<CategoryId> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(CategoryId, String)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Name])
        .filter(Column::Id.is_in(ids))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Active products by category.
pub async fn counts(
    connection: &impl ConnectionTrait,
) -> Result<HashMap<CategoryId, i64>, StoreError> {
    let rows: Vec<(CategoryId, i64)> = product::Entity::find()
        .select_only()
        .column(product::Column::CategoryId)
        .column_as(Expr::col(product::Column::Id).count(), "products")
        .filter(product::Column::CategoryId.is_not_null())
        .filter(product::Column::Active.eq(true))
        .group_by(product::Column::CategoryId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Active products of one category.
pub async fn count(connection: &impl ConnectionTrait, id: CategoryId) -> Result<i64, StoreError> {
    let found = product::Entity::find()
        .filter(product::Column::CategoryId.eq(id))
        .filter(product::Column::Active.eq(true))
        .count(connection)
        .await?;
    Ok(i64::try_from(found).unwrap_or(i64::MAX))
}

/// Whether it has any product, including archived ones.
pub async fn is_used(tx: &Tx, id: CategoryId) -> Result<bool, StoreError> {
    let found: Option<ProductId> = product::Entity::find()
        .select_only()
        .column(product::Column::Id)
        .filter(product::Column::CategoryId.eq(id))
        .limit(1)
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(found.is_some())
}

/// Writes a category created for a product. After a concurrent creation, the whole transaction is retried.
pub async fn insert_or_retry(tx: &Tx, category: &Category) -> Result<(), StoreError> {
    match store::insert(tx, category).await {
        Err(StoreError::Unique { constraint }) => {
            Err(StoreError::Retryable(DbErr::Custom(constraint)))
        }
        outcome => outcome,
    }
}

/// Writes the next version. False if the version before is not the current one. [`StoreError::Unique`]: the slug is taken.
pub async fn update(tx: &Tx, category: &Category) -> Result<bool, StoreError> {
    store::update(tx, category, Column::Version.eq(category.version - 1)).await
}

pub async fn delete(tx: &Tx, id: CategoryId) -> Result<(), StoreError> {
    Entity::delete_by_id(id).exec(tx.conn()).await?;
    Ok(())
}
